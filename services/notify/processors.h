/* processors.h - the processors of notify: directory, notify, outbox.  Layer 9.  Thread: task
 * owner; `shared` of each is a sw_notify_shared. */
#ifndef SW_NOTIFY_PROCESSORS_H
#define SW_NOTIFY_PROCESSORS_H

#include "stream/processor.h"

/* seawall.directory, once, becomes seawall.notify.directory, once for each task of notify. */
extern const sw_processor sw_processor_directory;
/* Warnings and recorded steps become tasks and notices. Partitioned as the warnings are. */
extern const sw_processor sw_processor_notify;
/* Notices of one recipient become messages: merged, held, limited. */
extern const sw_processor sw_processor_outbox;

#endif
