/* auth.h - who asks: bearer tokens (RFC 7519) and what their bearer may see and do.  Layer 8.
 * Thread: any, where a call does not say otherwise. */
#ifndef SW_HOST_AUTH_H
#define SW_HOST_AUTH_H

#include "base/diag.h"
#include "env/clock.h"

/* Roles as bits; a token carries any number of them. */
typedef enum sw_role {
    SW_ROLE_PUBLISHER = 1,  /* posts events */
    SW_ROLE_VIEWER = 2,     /* reads warnings, periods, cases */
    SW_ROLE_OFFICER = 4,    /* reads, and acts on warnings of his own */
    SW_ROLE_SUPERVISOR = 8, /* reads, and acts on all warnings of his unit */
    SW_ROLE_ADMIN = 16,     /* dead letters, rules, directory, tokens */
    SW_ROLE_READ = SW_ROLE_VIEWER | SW_ROLE_OFFICER | SW_ROLE_SUPERVISOR | SW_ROLE_ADMIN,
    SW_ROLE_ACT = SW_ROLE_OFFICER | SW_ROLE_SUPERVISOR | SW_ROLE_ADMIN,
    SW_ROLE_ALL = 31
} sw_role;

/* Space for the names of all roles, with spaces between, and NUL. */
#define SW_ROLES_TEXT 64
/* "publisher viewer". */
void sw_roles_text(uint32_t roles, char ret[SW_ROLES_TEXT]);
/* One name; 0 if there is no such role. */
uint32_t sw_role_parse(sw_slice name);

#define SW_PRINCIPAL_SUB_MAX 128
#define SW_PRINCIPAL_ORG_MAX 32

/* Who asks. A value: it may be copied. */
typedef struct sw_principal {
    char sub[SW_PRINCIPAL_SUB_MAX]; /* "officer 012345", "case system"; never empty */
    char org[SW_PRINCIPAL_ORG_MAX]; /* unit; empty: all units (only where no keys are configured, or
                                       a token of role admin without `org`) */
    uint32_t roles;
    bool local;  /* no keys are configured: whoever reaches the loopback address */
    bool cookie; /* came by the page's session, not by a bearer token */
} sw_principal;

static inline bool sw_principal_has(const sw_principal *principal, uint32_t any_of_roles) {
    return (principal->roles & any_of_roles) != 0;
}

/* Whether `org` lies in the subtree of `unit`: a code of 12 digits is the unit whose digits up to
 * its trailing zeros (in pairs, at least 4 digits: the city) begin the codes of all units under it.
 * An empty unit contains everything; other texts contain themselves alone. */
bool sw_org_within(sw_slice unit, sw_slice org);
/* The digits with which every code of the subtree begins: "3209" of "320900000000"; the whole text
 * where it is no code. */
sw_slice sw_org_prefix(sw_slice unit);
/* Whether the principal may see or change what belongs to `org`. Records without a unit (empty) are
 * those of principals without one. */
static inline bool sw_principal_may(const sw_principal *principal, sw_slice org) {
    return sw_org_within(sw_slice_cstr(principal->org), org);
}

typedef enum sw_key_alg { SW_KEY_HS256, SW_KEY_RS256, SW_KEY_ES256 } sw_key_alg;

/* One key as the configuration names it. The algorithm belongs to the key: a token that names
 * another is refused, `none` always. */
typedef struct sw_auth_key {
    sw_slice kid; /* may be empty if it is the only key of its algorithm */
    sw_key_alg alg;
    sw_slice path; /* HS256: a file of at least 32 bytes; RS256, ES256: a public key in PEM */
} sw_auth_key;

typedef struct sw_auth_options {
    const sw_auth_key *keys;
    uint32_t key_count;   /* 0: everybody is the local principal with all roles */
    const char *audience; /* NULL: any; else the token's `aud` must hold it */
    int64_t leeway_ms;    /* of exp and nbf */
    sw_clock *clock;
} sw_auth_options;

typedef struct sw_auth sw_auth;

/* Reads the key files. All faults go into `diags`. */
SW_NODISCARD sw_err sw_auth_open(const sw_auth_options *options, sw_diags *diags, sw_auth **ret);
void sw_auth_close(sw_auth *auth); /* NULL is a no-op */
/* Whether keys are configured. */
bool sw_auth_required(const sw_auth *auth);
/* Checks a token: shape, kid, algorithm, signature, exp (required) and nbf, aud, sub, org, roles.
 * SW_E_INVALID with `ret_why`, a literal for logs and the client ("the token has expired");
 * SW_E_NOMEM. Verified tokens are remembered until they expire. */
SW_NODISCARD sw_err sw_auth_check(sw_auth *auth, sw_slice token, sw_principal *ret,
                                  const char **ret_why);
/* The principal of everybody where no keys are configured. */
void sw_principal_local(sw_principal *ret);

/* What a token is made of. */
typedef struct sw_token_claims {
    sw_slice sub, org; /* org may be empty */
    uint32_t roles;
    int64_t issued_ms, expires_ms;
    sw_slice audience; /* may be empty */
} sw_token_claims;

/* Signs a token with the key in the file `key->path` (RS256, ES256: the private key). The text
 * lives in `arena`. What is wrong goes into `diags`. */
SW_NODISCARD sw_err sw_token_issue(const sw_auth_key *key, const sw_token_claims *claims,
                                   sw_arena *arena, sw_diags *diags, sw_slice *ret);
/* Writes a new random key for HS256 to a file that must not be there yet, readable by its owner
 * alone. SW_E_CONFLICT, SW_E_IO. */
SW_NODISCARD sw_err sw_token_new_key(const char *path, sw_diags *diags);

#endif
