/* node.h - how a crash test runs crash_node, and what its exit codes say. */
#ifndef SW_TESTS_CRASH_NODE_H
#define SW_TESTS_CRASH_NODE_H

enum {
    NODE_DONE = 0,
    NODE_REFUSED = 10, /* could not open, or a read failed: it said so */
    NODE_WRONG = 11,   /* opened, and gave something that is not what was acknowledged */
    NODE_STOPPED = 12, /* a commit failed: it said why, and stopped */
    NODE_KILLED = -9
};

/* Runs crash_node with these words (NULL-terminated, the program's name left out) and environment
 * settings
 * ("NAME=value", NULL-terminated; may be NULL). Its stderr goes to `ret_text`. Its exit code, or
 * the negative number of the signal that ended it. */
int node_run(const char *const *words, const char *const *settings, char *ret_text, int text_max);

#endif
