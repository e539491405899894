/* node_report.h: what a running node tells its user: a line an event, a status line that is drawn over and over on a
 * terminal, and the same events as JSON lines. Reads channels, changes nothing. Next: live.h. */
#ifndef OCTOSIM_NODE_REPORT_H
#define OCTOSIM_NODE_REPORT_H

#include "sim/cli/live.h"

/* Time 0 of all lines is now. */
void node_report_begin(struct node_report *report, bool is_json, bool has_color, bool is_terminal);
/* A line. `peer` is an index, or OCTO_NO_PEER; `word` names the kind of line ("warning", "store", …). */
void node_report_line(struct live *live, enum cli_style style, const char *word, uint32_t peer, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* The same for what peers cause. They may cause much: a kind of line about a peer that comes too often is left out, and told
 * together later. Not on JSON lines: "executed", which a program may act upon. */
void node_report_news(struct live *live, enum cli_style style, const char *word, uint32_t peer, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* What the user should see of an event; most are only counted. */
void node_report_event(struct live *live, const struct octo_event *event);
/* One line about each peer: state, session, messages. */
void node_report_peers(struct live *live);
/* Courier lines for those whose count has changed, at most every few seconds; on a terminal the status line. */
void node_report_tick(struct live *live, octo_time_ns now);
void node_report_end(struct live *live);

#endif
