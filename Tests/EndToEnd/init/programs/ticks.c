// Shows that it runs: a line every 20 ms. It has no children: one that is stopped between vfork and exec,
// such as a shell makes, holds its parent where no signal but KILL gets through, whatever init there is.
#define _DEFAULT_SOURCE
#include <unistd.h>

int main(void) {
  alarm(60);
  while (write(STDOUT_FILENO, "tick\n", 5) == 5) usleep(20000);
  return 99;
}
