/* Empty on purpose: glibc's headers ask for this file when floats are passed in integer registers
   (-mabi=lp64), and Debian ships only the one for lp64d. We use no function of glibc. */
