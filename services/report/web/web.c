#include "report/web/web.h"

#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "  \
    "'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

#define HTML "text/html; charset=utf-8"
#define CSS  "text/css; charset=utf-8"
#define JS   "text/javascript; charset=utf-8"
#define SVG  "image/svg+xml"

/* Every file of the page: its symbol, its name in the build and under /dashboard/, its type. */
#define FILES(ONE)                                                                                 \
    ONE(index, "index.html", "", HTML)                                                             \
    ONE(frame, "frame.js", "frame.js", JS)                                                         \
    ONE(icon, "icon.svg", "icon.svg", SVG)                                                         \
    ONE(style, "app.css", "app.css", CSS)                                                          \
    ONE(api, "api.js", "api.js", JS)                                                               \
    ONE(bulletins, "bulletins.js", "bulletins.js", JS)                                             \
    ONE(case_page, "case.js", "case.js", JS)                                                       \
    ONE(chart, "chart.js", "chart.js", JS)                                                         \
    ONE(dom, "dom.js", "dom.js", JS)                                                               \
    ONE(duty, "duty.js", "duty.js", JS)                                                            \
    ONE(entries, "entries.js", "entries.js", JS)                                                   \
    ONE(figures, "figures.js", "figures.js", JS)                                                   \
    ONE(find, "find.js", "find.js", JS)                                                            \
    ONE(live, "live.js", "live.js", JS)                                                            \
    ONE(loop, "loop.js", "loop.js", JS)                                                            \
    ONE(main, "main.js", "main.js", JS)                                                            \
    ONE(models, "models.js", "models.js", JS)                                                      \
    ONE(names, "names.js", "names.js", JS)                                                         \
    ONE(officer, "officer.js", "officer.js", JS)                                                   \
    ONE(parts, "parts.js", "parts.js", JS)                                                         \
    ONE(scores, "scores.js", "scores.js", JS)                                                      \
    ONE(screen, "screen.js", "screen.js", JS)                                                      \
    ONE(signin, "signin.js", "signin.js", JS)                                                      \
    ONE(text, "text.js", "text.js", JS)                                                            \
    ONE(unit, "unit.js", "unit.js", JS)                                                            \
    ONE(warning, "warning.js", "warning.js", JS)                                                   \
    ONE(windowed, "windowed.js", "windowed.js", JS)                                                \
    ONE(words, "words.js", "words.js", JS)                                                         \
    ONE(echarts, "echarts.js", "echarts.js", JS)

/* The bytes of a file between two labels. */
#define BYTES(symbol, path)                                                                        \
    __asm__(".section .rodata\n.balign 16\nsw_web_" symbol ":\n.incbin \"" path                    \
            "\"\nsw_web_" symbol "_end:\n.byte 0\n.previous\n");

/* As it is, and compressed: the build lays both into one folder. */
#define FILE_BYTES(symbol, name, address, type)                                                    \
    BYTES(#symbol, SW_WEB_FILES "/" name)                                                          \
    BYTES(#symbol "_gz", SW_WEB_FILES "/" name ".gz")                                              \
    extern const char sw_web_##symbol[], sw_web_##symbol##_end[];                                  \
    extern const char sw_web_##symbol##_gz[], sw_web_##symbol##_gz_end[];

FILES(FILE_BYTES)

typedef struct file {
    const char *path, *type, *from, *to;
    const char *gz_from, *gz_to;
} file;

#define FILE_ROW(symbol, name, address, type)                                                      \
    {"/dashboard/" address,   type, sw_web_##symbol, sw_web_##symbol##_end, sw_web_##symbol##_gz,  \
     sw_web_##symbol##_gz_end},

static const file files[] = {FILES(FILE_ROW)};

enum { TAG_BYTES = 40, GZ_TRAILER = 8 };

/* A compressed file ends with the checksum and the length of what is in it: a version of it. */
static sw_slice tag_of(const file *f, bool packed, char text[TAG_BYTES]) {
    static const char digits[] = "0123456789abcdef";
    const char *trailer = f->gz_to - GZ_TRAILER;
    size_t len = 0;
    text[len++] = '"';
    for (size_t i = 0; i < GZ_TRAILER; i++) {
        text[len++] = digits[(uint8_t)trailer[i] >> 4];
        text[len++] = digits[(uint8_t)trailer[i] & 15];
    }
    if (packed) text[len++] = 'z';
    text[len++] = '"';
    return sw_slice_of(text, len);
}

static bool header_has(const sw_http_exchange *x, const char *name, sw_slice what) {
    const sw_slice value = sw_http_header(x, name);
    return value.len >= what.len && memmem(value.ptr, value.len, what.ptr, what.len) != NULL;
}

/* A browser keeps it, and asks each time whether it still holds: after an update nobody sees pages
 * of two versions. */
static void get_file(void *arg, sw_http_exchange *x) {
    const file *f = arg;
    char text[TAG_BYTES];
    const bool packed = header_has(x, "accept-encoding", SW_S("gzip"));
    const sw_slice tag = tag_of(f, packed, text);
    sw_http_reply reply = {.status = 200,
                           .type = f->type,
                           .cache = true,
                           .fields = {{SW_S("Content-Security-Policy"), SW_S(POLICY)},
                                      {SW_S("Vary"), SW_S("Accept-Encoding")},
                                      {SW_S("Cache-Control"), SW_S("no-cache")},
                                      {SW_S("ETag"), tag}}};
    if (header_has(x, "if-none-match", tag)) {
        reply.status = 304;
    } else if (packed) {
        reply.body = sw_slice_of(f->gz_from, (size_t)(f->gz_to - f->gz_from));
        reply.fields[4] = (sw_http_field){SW_S("Content-Encoding"), SW_S("gzip")};
    } else {
        reply.body = sw_slice_of(f->from, (size_t)(f->to - f->from));
    }
    sw_http_answer(x, &reply);
}

static void get_moved(void *arg, sw_http_exchange *x) {
    (void)arg;
    sw_http_answer(x, &(sw_http_reply){.status = 308,
                                       .type = "text/plain; charset=utf-8",
                                       .fields = {{SW_S("Location"), SW_S("/dashboard/")}}});
}

void sw_web_routes(sw_http_route ret[SW_WEB_ROUTES]) {
    static const char *const moved[] = {"/", "/dashboard"};
    _Static_assert(SW_COUNT(files) + SW_COUNT(moved) == SW_WEB_ROUTES,
                   "the header says how many there are");
    sw_http_route *at = ret;
    for (size_t i = 0; i < SW_COUNT(files); i++)
        *at++ = (sw_http_route){
            SW_HTTP_GET, files[i].path, 0, get_file, (void *)(uintptr_t)&files[i], .silent = true};
    for (size_t i = 0; i < SW_COUNT(moved); i++)
        *at++ = (sw_http_route){SW_HTTP_GET, moved[i], 0, get_moved, NULL, .silent = true};
}
