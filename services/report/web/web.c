#include "report/web/web.h"

#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "  \
    "'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/* The bytes of a file between two labels. The build tells where the files are. */
#define FILE_BYTES(name, path)                                                                     \
    __asm__(".section .rodata\n.balign 16\nsw_web_" #name ":\n.incbin \"" path "\"\nsw_web_" #name \
            "_end:\n.byte 0\n.previous\n");                                                        \
    extern const char sw_web_##name[], sw_web_##name##_end[]

FILE_BYTES(index, SW_WEB_PAGE "/index.html");
FILE_BYTES(icon, SW_WEB_PAGE "/icon.svg");
FILE_BYTES(style, SW_WEB_PAGE "/app.css");
FILE_BYTES(api, SW_WEB_PAGE "/api.js");
FILE_BYTES(chart, SW_WEB_PAGE "/chart.js");
FILE_BYTES(dom, SW_WEB_PAGE "/dom.js");
FILE_BYTES(duty, SW_WEB_PAGE "/duty.js");
FILE_BYTES(figures, SW_WEB_PAGE "/figures.js");
FILE_BYTES(find, SW_WEB_PAGE "/find.js");
FILE_BYTES(main, SW_WEB_PAGE "/main.js");
FILE_BYTES(text, SW_WEB_PAGE "/text.js");
FILE_BYTES(windowed, SW_WEB_PAGE "/windowed.js");
FILE_BYTES(echarts, SW_WEB_ECHARTS);
FILE_BYTES(echarts_gz, SW_WEB_ECHARTS_GZ);

typedef struct file {
    const char *path, *type, *from, *to;
    const char *gz_from, *gz_to; /* the same, compressed; NULL: not */
} file;

#define JS "text/javascript; charset=utf-8"

static const file files[] = {
    {"/dashboard/", "text/html; charset=utf-8", sw_web_index, sw_web_index_end, NULL, NULL},
    {"/dashboard/icon.svg", "image/svg+xml", sw_web_icon, sw_web_icon_end, NULL, NULL},
    {"/dashboard/app.css", "text/css; charset=utf-8", sw_web_style, sw_web_style_end, NULL, NULL},
    {"/dashboard/api.js", JS, sw_web_api, sw_web_api_end, NULL, NULL},
    {"/dashboard/chart.js", JS, sw_web_chart, sw_web_chart_end, NULL, NULL},
    {"/dashboard/dom.js", JS, sw_web_dom, sw_web_dom_end, NULL, NULL},
    {"/dashboard/duty.js", JS, sw_web_duty, sw_web_duty_end, NULL, NULL},
    {"/dashboard/figures.js", JS, sw_web_figures, sw_web_figures_end, NULL, NULL},
    {"/dashboard/find.js", JS, sw_web_find, sw_web_find_end, NULL, NULL},
    {"/dashboard/main.js", JS, sw_web_main, sw_web_main_end, NULL, NULL},
    {"/dashboard/text.js", JS, sw_web_text, sw_web_text_end, NULL, NULL},
    {"/dashboard/windowed.js", JS, sw_web_windowed, sw_web_windowed_end, NULL, NULL},
    {"/dashboard/echarts.js", JS, sw_web_echarts, sw_web_echarts_end, sw_web_echarts_gz,
     sw_web_echarts_gz_end},
};

static bool takes_gzip(const sw_http_exchange *x) {
    const sw_slice accepted = sw_http_header(x, "accept-encoding");
    return accepted.len >= 4 && memmem(accepted.ptr, accepted.len, "gzip", 4) != NULL;
}

static void get_file(void *arg, sw_http_exchange *x) {
    const file *f = arg;
    const bool packed = f->gz_from && takes_gzip(x);
    const char *from = packed ? f->gz_from : f->from, *to = packed ? f->gz_to : f->to;
    sw_http_reply reply = {.status = 200,
                           .type = f->type,
                           .body = sw_slice_of(from, (size_t)(to - from)),
                           .fields = {{SW_S("Content-Security-Policy"), SW_S(POLICY)},
                                      {SW_S("Vary"), SW_S("Accept-Encoding")}}};
    if (packed) reply.fields[2] = (sw_http_field){SW_S("Content-Encoding"), SW_S("gzip")};
    sw_http_answer(x, &reply);
}

static void get_moved(void *arg, sw_http_exchange *x) {
    (void)arg;
    sw_http_answer(x, &(sw_http_reply){.status = 308,
                                       .type = "text/plain; charset=utf-8",
                                       .fields = {{SW_S("Location"), SW_S("/dashboard/")}}});
}

void sw_web_routes(sw_http_route ret[SW_WEB_ROUTES]) {
    _Static_assert(SW_COUNT(files) + 1 <= SW_WEB_ROUTES, "the header says how many there are");
    uint32_t count = 0;
    for (; count < SW_COUNT(files); count++)
        ret[count] = (sw_http_route){
            SW_HTTP_GET,   files[count].path, 0, get_file, (void *)(uintptr_t)&files[count],
            .silent = true};
    ret[count++] = (sw_http_route){SW_HTTP_GET, "/dashboard", 0, get_moved, NULL, .silent = true};
    SW_ASSERT(count == SW_WEB_ROUTES);
}
