/* expose.h - metrics as Prometheus reads them (text format 0.0.4).  Layer 8.  Thread: any. */
#ifndef SW_HOST_EXPOSE_H
#define SW_HOST_EXPOSE_H

#include "base/buf.h"
#include "env/metrics.h"

/* Writes all metrics, those of one name together. Names are given base units: `_us` and `_ms`
 * become
 * `_seconds`, and counters end in `_total`. Histograms have a bucket for each power of four, those
 * of times from 64 µs (or 1 ms) on. Check buf->err. */
void sw_expose_write(sw_metrics *metrics, sw_buf *buf);

#endif
