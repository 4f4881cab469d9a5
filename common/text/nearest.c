#include "text/yaml.h"

#define WORD_MAX 64 /* longer words are nobody's slip of the pen */
#define AWAY_MAX 3

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
static unsigned distance(sw_slice a, sw_slice b) {
    unsigned rows[3][WORD_MAX + 1];
    for (unsigned j = 0; j <= b.len; j++) rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned replace = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            row[j] = least(replace, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

uint32_t sw_word_distance(sw_slice word, sw_slice candidate) {
    if (word.len > WORD_MAX || candidate.len > WORD_MAX) return UINT32_MAX;
    uint32_t away = distance(word, candidate);
    return away <= AWAY_MAX && away * 2 < word.len ? away : UINT32_MAX;
}

const char *sw_nearest(sw_slice word, const char *const *candidates, size_t count) {
    const char *best = NULL;
    uint32_t best_away = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        uint32_t away = sw_word_distance(word, sw_slice_cstr(candidates[i]));
        if (away >= best_away) continue;
        best = candidates[i];
        best_away = away;
    }
    return best;
}

const char *sw_did_you_mean(sw_arena *arena, sw_slice word, const char *const *candidates,
                            size_t count, const char *otherwise) {
    const char *near = sw_nearest(word, candidates, count);
    return near ? sw_arena_printf(arena, "did you mean '%s'?", near).ptr : otherwise;
}
