// A small server. It says when its port accepts, and when TERM reaches it, which ends it at once: a line each,
// CLOCK_MONOTONIC in nanoseconds.
//
//   serves PORT
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { lifetime = 600 };  // seconds: whatever goes wrong, it doesn't stay for ever

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// stdio isn't safe in a handler; only TERM interrupts the accept, so nothing else of this runs meanwhile.
static void end(int number) {
  long long now = nanoseconds();
  (void)number;
  dprintf(STDOUT_FILENO, "TERM %lld\n", now);
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc != 2) return 99;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  alarm(lifetime);
  signal(SIGTERM, end);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&here, sizeof here)) return 98;
  if (listen(listener, 64)) return 97;
  dprintf(STDOUT_FILENO, "accepts %lld\n", nanoseconds());
  for (;;) close(accept(listener, NULL, NULL));
}
