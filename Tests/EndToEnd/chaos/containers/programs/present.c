/* What runs in a container of the campaign: it says WHO it is to TRACKER, a port of loopback, and holds that connection, which
   the kernel closes in the moment in which it ends, however that is. It accepts on PORT, and ends after LIVES milliseconds,
   on TERM and INT, by itself on USR1, and by a crash on USR2. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void obey(int number) { _exit(number == SIGUSR1 ? 3 : 0); }
static void crash(int number) { (void)number, __builtin_trap(); }

static struct sockaddr_in at(const char *variable) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(atoi(getenv(variable))),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int main(void) {
  signal(SIGTERM, obey), signal(SIGINT, obey), signal(SIGUSR1, obey), signal(SIGUSR2, crash);
  signal(SIGHUP, SIG_IGN), signal(SIGALRM, obey);
  const char *who = getenv("WHO"), *lives = getenv("LIVES");
  struct sockaddr_in tracker = at("TRACKER"), port = at("PORT");
  int present = socket(AF_INET, SOCK_STREAM, 0), listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (connect(present, (void *)&tracker, sizeof tracker) || write(present, who, strlen(who)) < 0) return 1;
  if (write(present, "\n", 1) < 0) return 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (void *)&port, sizeof port) || listen(listener, 64)) return 1;
  struct pollfd ready = {.fd = listener, .events = POLLIN};
  while (poll(&ready, 1, lives ? atoi(lives) : -1)) close(accept(listener, NULL, NULL));
  return 0;
}
