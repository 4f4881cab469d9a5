/* event_tag.h - numbers of the fields of proto/seawall/v1/event.proto.  Layer 2, of event_pb*.c
 * only.  Thread: any. */
#ifndef SW_CODEC_EVENT_TAG_H
#define SW_CODEC_EVENT_TAG_H

enum sw_event_tag {
    SW_TAG_ID = 1,
    SW_TAG_SOURCE,
    SW_TAG_TYPE,
    SW_TAG_SUBJECT,
    SW_TAG_TIME,
    SW_TAG_TIME_MS,
    SW_TAG_ORGCODE,
    SW_TAG_OFFICERID,
    SW_TAG_RECORDED_MS,
    SW_TAG_RECEIVED_MS,
    SW_TAG_CONTENT,
    SW_TAG_FIELDS,
    SW_TAG_PERSONAL,
    SW_TAG_SEALED,
    SW_TAG_EXTRA_ATTRIBUTES,
    SW_TAG_EXTRA_DATA,
    SW_TAG_REPLACEMENT
};

enum sw_field_tag {
    SW_TAG_NAME = 1,
    SW_TAG_LIST,
    SW_TAG_STRINGS,
    SW_TAG_INTS,
    SW_TAG_DOUBLES,
    SW_TAG_BOOLS,
    SW_TAG_TIMESTAMPS
};

enum { SW_TAG_PERSONAL_FIELDS = 1 };

#endif
