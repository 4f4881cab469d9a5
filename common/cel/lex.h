/* lex.h - the words of a condition.  Layer 4, private to cel.  Thread: owner's. */
#ifndef SW_CEL_LEX_H
#define SW_CEL_LEX_H

#include "cel/ast.h"

typedef enum cel_word {
    CEL_END,
    CEL_IDENT,    /* a name that may stand alone */
    CEL_RESERVED, /* one that may only follow a dot */
    CEL_QUOTED,   /* `content-type`: after a dot */
    CEL_LITERAL,  /* value */
    CEL_SIGN      /* an operator or bracket; `text` */
} cel_word;

typedef struct cel_token {
    cel_word word;
    uint32_t from, to;
    sw_slice text;  /* QUOTED: without the quotes */
    sw_value value; /* LITERAL */
    bool huge;      /* 9223372036854775808: an int only behind a minus */
} cel_token;

typedef struct cel_lexer {
    cel_source *src;
    uint32_t at;
} cel_lexer;

/* The next token. On a finding false, and the lexer stays at its end. */
bool cel_lex(cel_lexer *lex, cel_token *ret);

#endif
