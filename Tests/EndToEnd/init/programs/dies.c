// Ends by the signal whose number it is given.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int number = argc > 1 ? atoi(argv[1]) : 0;
  sigset_t it;
  sigemptyset(&it);
  sigaddset(&it, number);
  signal(number, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &it, NULL);
  kill(getpid(), number);
  return 99;
}
