// Says that it is there, then waits, with the action for every signal that it was started with.
#include <unistd.h>

int main(void) {
  alarm(60);
  if (write(STDOUT_FILENO, "ready\n", 6) == 6)
    for (;;) pause();
  return 99;
}
