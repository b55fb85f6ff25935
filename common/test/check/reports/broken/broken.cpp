// What does not build, with a line of its own in what the compiler says.
#error ::error::this is no command
int number = "";
