#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash/node.h"

#define WORDS_MAX 16

static void become_node(const char *const *words, const char *const *settings, int to) {
    char *args[WORDS_MAX + 2] = {(char *)SW_CRASH_NODE};
    for (int i = 0; i < WORDS_MAX && words[i]; i++) args[i + 1] = (char *)words[i];
    for (int i = 0; settings && settings[i]; i++) putenv((char *)settings[i]);
    dup2(to, STDERR_FILENO);
    execv(SW_CRASH_NODE, args);
    perror(SW_CRASH_NODE);
    _exit(127);
}

int node_run(const char *const *words, const char *const *settings, char *ret_text, int text_max) {
    int ends[2], status, len = 0;
    if (pipe(ends) != 0) abort();
    pid_t child = fork();
    if (child < 0) abort();
    if (child == 0) {
        close(ends[0]);
        become_node(words, settings, ends[1]);
    }
    close(ends[1]);
    char scrap[512];
    for (;;) {
        int room = text_max - 1 - len;
        ssize_t got = read(ends[0], room > 0 ? ret_text + len : scrap,
                           room > 0 ? (size_t)room : sizeof scrap);
        if (got <= 0) break;
        if (room > 0) len += (int)got;
    }
    ret_text[len] = '\0';
    close(ends[0]);
    if (waitpid(child, &status, 0) != child) abort();
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
