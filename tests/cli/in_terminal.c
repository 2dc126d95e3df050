/* SPDX-License-Identifier: MIT */
/* in-terminal COLUMNS WHEN COMMAND...: runs COMMAND in a new terminal of so many columns, copies
 * what appears there to standard output, and types Ctrl-C once, after the text WHEN appeared
 * (empty: never). Ends with COMMAND's exit code, or 128 and the signal that killed it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what) {
    perror(what);
    exit(99);
}

/* In the child. The terminal becomes its controlling one, so that Ctrl-C is a signal to it. */
static void become(const char *terminal, unsigned short columns, char **command) {
    setsid();
    int side = open(terminal, O_RDWR);
    struct winsize size = {.ws_row = 24, .ws_col = columns};
#ifdef TIOCSCTTY
    if (side >= 0) ioctl(side, TIOCSCTTY, 0);
#endif
    if (side < 0 || ioctl(side, TIOCSWINSZ, &size) != 0) die(terminal);
    for (int i = 0; i < 3; ++i) dup2(side, i);
    signal(SIGINT, SIG_DFL); /* whoever started the tests may ignore it */
    execvp(command[0], command);
    die(command[0]);
}

/* Copies until the terminal is closed on the other side. */
static void watch(int terminal, const char *when) {
    static char seen[1 << 20]; /* the beginning of what appeared, for looking in it */
    char part[4096];
    size_t used = 0;
    ssize_t got;
    while ((got = read(terminal, part, sizeof part)) > 0) {
        fwrite(part, 1, (size_t)got, stdout);
        if (!*when || used + (size_t)got >= sizeof seen) continue;
        memcpy(seen + used, part, (size_t)got);
        used += (size_t)got;
        if (!strstr(seen, when)) continue;
        if (write(terminal, "\003", 1) != 1) die("typing");
        when = "";
    }
}

int main(int argc, char **argv) {
    if (argc < 4) return 99;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) die("terminal");
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) become(ptsname(terminal), (unsigned short)atoi(argv[1]), argv + 3);
    watch(terminal, argv[2]);
    int status;
    if (waitpid(child, &status, 0) != child) die("wait");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
