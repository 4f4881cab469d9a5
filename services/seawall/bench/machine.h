/* machine.h - how fast this machine is at the moment: figures of different hours and machines can
 * only be compared beside it.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_MACHINE_H
#define SW_SEAWALL_BENCH_MACHINE_H

/* Processor time in nanoseconds that reading the JSON of an event into its tree takes, the mean
 * over the first lines of a file of events. 0, with a text on stderr: it has none that can be read.
 */
double sw_bench_reading_ns(const char *path);

#endif
