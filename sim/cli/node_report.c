/* node_report.c: see node_report.h. What a name or a text may do to a terminal was settled when it was read: names are
 * letters and digits, texts are ours. */
#include "sim/cli/node_report.h"

#include "sim/cli/live_couriers.h"
#include "sim/cli/live_files.h"
#include "sim/cli/node_screen.h"
#include "sim/trace/json_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { TEXT_BYTES = 1200, COURIER_LINE_S = 5 };
#define DRAW_SPACING_NS (200 * OCTO_MILLISECOND)

void node_report_begin(struct node_report *report, bool is_json, bool has_color, bool is_terminal)
{
	memset(report, 0, sizeof *report);
	report->is_json = is_json;
	report->has_color = has_color;
	report->is_terminal = is_terminal && !is_json;
	report->start_ns = report->tick_ns = cli_clock_ns();
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* whoever reads a pipe wants each line when it is there */
}

static void write_line(struct live *live, enum cli_style style, const char *word, uint32_t peer, const char *format, va_list arguments)
{
	struct node_report *report = &live->report;
	uint64_t ms = (cli_clock_ns() - report->start_ns) / OCTO_MILLISECOND;
	const char *name = peer == OCTO_NO_PEER ? "" : live_name(live, peer);
	char text[TEXT_BYTES];

	vsnprintf(text, sizeof(text), format, arguments);
	if (report->is_json) {
		printf("{\"ms\":%" PRIu64 ",\"event\":\"%s\",\"peer\":\"%s\",\"text\":", ms, word, name);
		json_text(text, strlen(text), stdout);
		puts("}");
		return;
	}
	node_screen_wipe(live);
	printf("%6" PRIu64 ".%03u  %-10s %s", ms / 1000, (unsigned)(ms % 1000), name, cli_on(report->has_color, style));
	cli_print_clean(text, stdout);
	printf("%s\n", style == CLI_PLAIN ? "" : cli_off(report->has_color));
}

void node_report_line(struct live *live, enum cli_style style, const char *word, uint32_t peer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(live, style, word, peer, format, arguments);
	va_end(arguments);
}

/* ---- News ------------------------------------------------------------------------------------------------------ */

static const char *const news[] = { "file", "progress", "executed", "confirmed", "uncertain", "parameter", "contact", "connected",
	"disconnected", "state", "duel", "celibacy", "activity", "path", "warning", "hacked" };
_Static_assert(sizeof(news) / sizeof(*news) == NEWS_KINDS, "a ration for each kind");

static uint32_t kind_of(const char *word)
{
	uint32_t kind = 0;

	while (kind < NEWS_KINDS && strcmp(news[kind], word) != 0)
		kind++;
	assert(kind < NEWS_KINDS);
	return kind;
}

void node_report_news(struct live *live, enum cli_style style, const char *word, uint32_t peer, const char *format, ...)
{
	struct node_report *report = &live->report;
	uint32_t place = peer < NODE_ASSOCIATES_MAX ? peer : NODE_ASSOCIATES_MAX;
	bool is_for_programs = report->is_json && strcmp(word, "executed") == 0;
	va_list arguments;

	if (!is_for_programs && !line_ration_takes(&report->news[place][kind_of(word)], cli_clock_ns())) {
		report->has_left_out = true;
		return;
	}
	va_start(arguments, format);
	write_line(live, style, word, peer, format, arguments);
	va_end(arguments);
}

static void tell_left_out(struct live *live, octo_time_ns now, bool is_end)
{
	struct node_report *report = &live->report;
	bool is_any = false;

	for (uint32_t place = 0; place <= NODE_ASSOCIATES_MAX; place++) {
		for (uint32_t kind = 0; kind < NEWS_KINDS; kind++) {
			octo_time_ns for_ns;
			uint32_t count = line_ration_left_out(&report->news[place][kind], now, is_end, &for_ns);

			is_any |= report->news[place][kind].left_out > 0;
			if (count)
				node_report_line(live, CLI_WARN, news[kind], place < NODE_ASSOCIATES_MAX ? place : OCTO_NO_PEER,
				                 "… %s more lines (%s) about this in the last %s", cli_count(count), news[kind], cli_seconds(for_ns));
		}
	}
	report->has_left_out = is_any;
	report->left_out_ns = now;
}

/* ---- Events ---------------------------------------------------------------------------------------------------- */

static void session_line(struct live *live, const struct octo_event *event)
{
	const struct octo_event_session *session = &event->session;

	if (event->kind == OCTO_EVENT_SESSION_UP)
		node_report_news(live, CLI_GOOD, "connected", event->peer,
		                 "connected: session %08" PRIx64 ", we are its %s, %s, %u-byte packets, at most %s up and %s down a second",
		                 session->log_id >> 32, octo_role_name((enum octo_role)session->role),
		                 octo_suite_name(session->agreement.suite), session->agreement.payload_max,
		                 cli_bytes(session->agreement.rate_up), cli_bytes(session->agreement.rate_down));
	else if (session->was_current)
		node_report_news(live, CLI_WARN, "disconnected", event->peer, "session %08" PRIx64 " is over: %s", session->log_id >> 32,
		                 octo_end_text((enum octo_end)session->end));
}

static void handshake_line(struct live *live, const struct octo_event *event)
{
	const struct octo_event_handshake *handshake = &event->handshake;

	if (handshake->before != handshake->after && handshake->after != OCTO_STATE_ESTABLISHED)
		node_report_news(live, CLI_DIM, "state", event->peer, "%s: %s", octo_state_name((enum octo_state)handshake->after),
		                 octo_step_text((enum octo_step)handshake->step));
}

void node_report_event(struct live *live, const struct octo_event *event)
{
	char address[CARRIER_ADDRESS_TEXT_BYTES];

	switch (event->kind) {
	case OCTO_EVENT_SESSION_UP:
	case OCTO_EVENT_SESSION_DOWN:
		session_line(live, event);
		return;
	case OCTO_EVENT_HANDSHAKE:
		handshake_line(live, event);
		return;
	case OCTO_EVENT_DUEL:
		node_report_news(live, CLI_DIM, "duel", event->peer, "both called at once, and the ID-duel is %s",
		                 event->duel.we_won ? "won" : "lost");
		return;
	case OCTO_EVENT_CELIBACY:
		if (event->celibacy.began)
			node_report_news(live, CLI_PLAIN, "celibacy", event->peer, "celibacy: for %s neither side calls by itself",
			                 cli_seconds(event->celibacy.lasts_ns));
		else
			node_report_news(live, CLI_PLAIN, "celibacy", event->peer, "celibacy is over");
		return;
	case OCTO_EVENT_WARNING:
		node_report_news(live, CLI_BAD, "warning", event->peer, "WARNING: %s",
		                 octo_warning_text((enum octo_warning)event->warning.warning));
		return;
	case OCTO_EVENT_TAMPER:
		node_report_news(live, CLI_BAD, "hacked", event->peer, "HACKED: %s", octo_tell_text((enum octo_tell)event->tamper.tell));
		return;
	case OCTO_EVENT_CLOCK_STEP:
		node_report_line(live, CLI_WARN, "clock", OCTO_NO_PEER, "the clock stepped by %" PRId64 " ms",
		                 event->clock.step_ns / (int64_t)OCTO_MILLISECOND);
		return;
	case OCTO_EVENT_MODE:
		node_report_line(live, CLI_PLAIN, "mode", OCTO_NO_PEER, "%s: %s", octo_mode_name((enum octo_mode)event->mode.after),
		                 octo_mode_text((enum octo_mode)event->mode.after));
		return;
	case OCTO_EVENT_ACTIVITY:
		node_report_news(live, CLI_DIM, "activity", event->peer, "%s: %s", event->activity.is_active ? "active" : "not active",
		                 octo_activity_text((enum octo_activity)event->activity.why));
		return;
	case OCTO_EVENT_PATH:
		live->carrier.kind->address_text(&event->path.address, address);
		node_report_news(live, CLI_PLAIN, "path", event->peer, "heard from %s: %s", address,
		                 octo_path_name((enum octo_path)event->path.what));
		return;
	case OCTO_EVENT_MAPPED_ADDRESS:
		live->carrier.kind->address_text(&event->mapped.address, address);
		if (event->mapped.is_changed)
			node_report_line(live, CLI_PLAIN, "mapped", OCTO_NO_PEER, "from outside this node looks like %s", address);
		return;
	default:
		return; /* packets and messages of couriers are counted, roles and keys are of no use to a user */
	}
}

/* ---- State ------------------------------------------------------------------------------------------------------- */

void node_report_peers(struct live *live)
{
	const struct octo_counters *counters = octo_channel_counters(live->channel);

	for (uint32_t peer = 0; peer < octo_peer_count(live->channel); peer++) {
		struct octo_peer_view view;
		char address[CARRIER_ADDRESS_TEXT_BYTES];

		octo_peer_view(live->channel, peer, &view);
		live->carrier.kind->address_text(&view.address, address);
		node_report_line(live, CLI_PLAIN, "peer", peer, "%s, %s%s%s at %s", octo_state_name(view.state), octo_mode_name(view.mode),
		                 view.is_active ? ", active" : "", view.is_wanted ? ", wanted" : "",
		                 view.address.port ? address : "an unknown address");
		if (view.state == OCTO_STATE_ESTABLISHED)
			node_report_line(live, view.is_good ? CLI_PLAIN : CLI_WARN, "path", peer,
			                 "round trip %s, %s a second may go out, %u.%u %% lost, heard %s ago", cli_seconds(view.trip_ns),
			                 cli_bytes(view.rate_bps), (unsigned)(view.loss_permille / 10), (unsigned)(view.loss_permille % 10),
			                 cli_seconds(view.since_heard / OCTO_MILLISECOND * OCTO_MILLISECOND));
		live_couriers_tell(live, peer);
	}
	live_files_tell(live);
	node_report_line(live, CLI_PLAIN, "packets", OCTO_NO_PEER,
	                 "packets: %s sent, %s received, %s of them rejected; the store was kept %s times", cli_count(counters->sent),
	                 cli_count(counters->received),
	                 cli_count(counters->received - counters->reasons[OCTO_REASON_ACCEPTED]), cli_count(live->file.saves));
}

/* Not its state and files: they are told as they change. */
static void tell_totals(struct live *live, uint32_t peer)
{
	uint64_t sent, received;

	live_couriers_total(live, peer, &sent, &received);
	if (sent + received != live->report.told[peer])
		node_report_line(live, CLI_PLAIN, "couriers", peer, "couriers: %s sent, %s received", cli_count(sent), cli_count(received));
	live->report.told[peer] = sent + received;
}

void node_report_tick(struct live *live, octo_time_ns now)
{
	struct node_report *report = &live->report;
	if (report->has_left_out && now - report->left_out_ns >= OCTO_SECOND)
		tell_left_out(live, now, false);
	octo_time_ns every = report->is_terminal ? DRAW_SPACING_NS : COURIER_LINE_S * OCTO_SECOND;

	if (now - report->tick_ns < every && (report->is_drawn || !report->is_terminal))
		return;
	report->tick_ns = now;
	node_screen_draw(live);
	for (uint32_t peer = 0; !report->is_terminal && peer < octo_peer_count(live->channel); peer++)
		tell_totals(live, peer);
}

void node_report_end(struct live *live)
{
	tell_left_out(live, cli_clock_ns(), true);
	node_report_peers(live);
	node_report_line(live, CLI_BOLD, "stopped", OCTO_NO_PEER, "stopped; what it knows is in %s", live->file.path);
}
