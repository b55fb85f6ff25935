/// Entered from boot.S.
extern "C" void main() {}
