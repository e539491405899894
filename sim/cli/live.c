/* live.c: makes a channel out of a configuration and a store, and drives it by the machine's clock. See live.h. */
#include "sim/cli/live.h"

#include "core/carriers/udp.h"
#include "sim/cli/live_couriers.h"
#include "sim/cli/live_files.h"
#include "sim/cli/live_inbox.h"
#include "sim/cli/node_report.h"
#include "sim/cli/node_screen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK_ALIGNMENT = 16 };

const char *live_name(const struct live *live, uint32_t peer)
{
	return peer < NODE_ASSOCIATES_MAX ? live->book.list[live->places[peer]].name : "";
}

/* Seconds since 1970, for the age of records alone: nothing rests on its being right. */
static uint64_t wall_clock_s(void)
{
	time_t now = time(NULL);
	return now > 0 ? (uint64_t)now : 0;
}

/* ---- The host's callbacks --------------------------------------------------------------------------------------- */

static void entropy(void *context, uint8_t *out, size_t size)
{
	(void)context;
	randombytes_buf(out, size);
}

/* Into the book; settle() puts the book on the disk before anything else is sent, once for all that was saved. */
static void save(void *context, uint32_t peer, const uint8_t *record, size_t size)
{
	struct live *live = context;
	live->file.is_dirty = true;
	if (peer == OCTO_SELF) {
		memcpy(live->book.node_record, record, size);
		live->book.node_record_size = (uint16_t)size;
		return;
	}
	struct associate *associate = &live->book.list[live->places[peer]];
	memcpy(associate->record, record, size);
	associate->record_size = (uint16_t)size;
	associate->saved_s = wall_clock_s();
}

static void observe(void *context, const struct octo_event *event)
{
	live_couriers_event(context, event);
	live_files_event(context, event);
	node_report_event(context, event);
}

static bool goes_on(void *context, uint32_t peer, enum octo_tell tell)
{
	const struct live *live = context;
	(void)peer, (void)tell;
	return !live->config->shuts_down;
}

/* What to do about a disk that fails, for the user. */
static const char *store_advice(int error)
{
	switch (error) {
	case EAGAIN: return "";
	case ENOENT:
	case ENOTDIR: return ": make the folder for it, or name another \"store\"";
	case EACCES:
	case EPERM:
	case EROFS: return ": let this user write in its folder, or name another \"store\"";
	case ENOSPC:
	case EDQUOT: return ": make room on the disk";
	case EISDIR: return ": this is a folder; name another \"store\"";
	default: return "";
	}
}

static bool settle(void *context)
{
	struct live *live = context;
	if (!live->file.is_dirty)
		return true;
	bool is_good = store_file_save(&live->file);
	if (is_good == live->is_disk_failing) {
		live->is_disk_failing = !is_good;
		if (is_good)
			node_report_line(live, CLI_GOOD, "store", OCTO_NO_PEER, "the store can be kept again");
		else
			node_report_line(live, CLI_BAD, "store", OCTO_NO_PEER,
			                 "the store %s cannot be kept (%s%s); until then nothing that rests on it is sent", live->file.path,
			                 strerror(errno), store_advice(errno));
	}
	return is_good;
}

/* ---- The address book --------------------------------------------------------------------------------------------- */

static const struct node_associate *configured(const struct node_config *config, const uint8_t id[OCTO_ID_BYTES])
{
	for (uint32_t i = 0; i < config->associate_count; i++)
		if (memcmp(config->associates[i].card.id, id, OCTO_ID_BYTES) == 0)
			return &config->associates[i];
	return NULL;
}

/* A list in the configuration says who is trusted: whoever it no longer names is forgotten. */
static void forget_others(struct live *live)
{
	struct associate_store *book = &live->book;
	uint32_t kept = 0;
	for (uint32_t i = 0; live->config->has_associates && i < book->count; i++) {
		if (configured(live->config, book->list[i].card.id))
			book->list[kept++] = book->list[i];
		else
			node_report_line(live, CLI_WARN, "store", OCTO_NO_PEER,
			                 "%s is no longer in the configuration, and is forgotten", book->list[i].name);
	}
	if (live->config->has_associates)
		book->count = kept;
}

/* Enters what the configuration says of an associate. True: it says another address than it did before. */
static bool enter(struct associate_store *book, const struct node_associate *configured_one)
{
	uint32_t at = associate_store_find(book, configured_one->card.id);
	struct associate *associate = &book->list[at];
	bool is_new = at == book->count;
	if (is_new) {
		memset(associate, 0, sizeof *associate);
		associate->card = configured_one->card;
		book->count++;
	}
	snprintf(associate->name, sizeof associate->name, "%s", configured_one->name);
	if (configured_one->address.port == 0 ||
	    memcmp(&associate->address, &configured_one->address, sizeof associate->address) == 0)
		return false;
	associate->address = configured_one->address;
	return !is_new;
}

static int load_store(struct live *live)
{
	struct store_findings findings;
	live->file.disk = &store_disk_posix;
	snprintf(live->file.path, sizeof live->file.path, "%s", live->config->store_path);
	live->file.store = &live->book;
	live->book.count_max = NODE_ASSOCIATES_MAX;
	live->book.list = cli_claim(NULL, NODE_ASSOCIATES_MAX * sizeof *live->book.list);
	live->file.room = associate_store_bytes_max(NODE_ASSOCIATES_MAX) + 1;
	live->file.buffer = cli_claim(NULL, live->file.room);
	if (!store_file_lock(live->file.path)) {
		fprintf(stderr, "octosim node: the store %s: %s%s\n", live->file.path,
		        errno == EAGAIN ? "another node runs with it" : strerror(errno), store_advice(errno));
		return CLI_FAULT;
	}
	enum store_file_status status = store_file_load(&live->file, &findings);
	for (int i = 0; i < 3; i++) {
		const struct store_finding *finding = &findings.list[i];
		bool is_bad = finding->is_there && (finding->disk != STORE_DISK_OK || finding->status != ASSOCIATE_STORE_OK);
		if (is_bad && (i < 2 || status == STORE_FILE_UNREADABLE))
			node_report_line(live, CLI_WARN, "store", OCTO_NO_PEER, "%s%s is not used: %s", live->file.path, finding->suffix,
			                 finding->disk == STORE_DISK_OK ? associate_store_status_text(finding->status) : strerror(finding->error));
	}
	if (status == STORE_FILE_UNREADABLE) {
		int error = 0;
		for (int i = 0; i < 3; i++)
			error = error ? error : findings.list[i].error;
		fprintf(stderr, "octosim node: the store %s: %s%s\n", live->file.path, store_file_status_text(status), store_advice(error));
		return CLI_FAULT;
	}
	if (status != STORE_FILE_OK)
		node_report_line(live, status == STORE_FILE_NONE ? CLI_DIM : CLI_WARN, "store", OCTO_NO_PEER, "%s: %s",
		                 live->file.path, store_file_status_text(status));
	return CLI_GO_ON;
}

/* ---- Signals ------------------------------------------------------------------------------------------------------- */

static int stop_pipe[2] = { -1, -1 };

/* A byte for poll(): a flag alone could be set just before it waits. */
static void on_signal(int number)
{
	int error = errno;
	char byte = (char)number;
	ssize_t ignored = write(stop_pipe[1], &byte, 1);
	(void)ignored;
	errno = error;
}

bool live_is_stopped(const struct live *live)
{
	struct pollfd told = { .fd = stop_pipe[0], .events = POLLIN };
	(void)live;
	return poll(&told, 1, 0) > 0;
}

static bool catch_signals(void)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT };
	struct sigaction action = { .sa_handler = on_signal };
	if (pipe(stop_pipe) != 0)
		return false;
	for (int i = 0; i < 2; i++)
		(void)fcntl(stop_pipe[i], F_SETFL, O_NONBLOCK);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		sigaction(caught[i], &action, NULL);
	action.sa_handler = SIG_IGN; /* a pipe that nobody reads any more shows when it is written to */
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL); /* and a file that may not grow when it is written */
	return true;
}

/* ---- Booting ------------------------------------------------------------------------------------------------------- */

static int boot(struct live *live, const uint8_t seed[OCTO_SEED_BYTES])
{
	const struct node_config *told = live->config;
	struct octo_config config;
	octo_config_default(&config);
	memcpy(config.seed, seed, sizeof config.seed);
	config.peers_max = live->book.count ? live->book.count : 1;
	config.suites = octo_crypto_suites(live->host.crypto);
	config.rate_up = told->rate_up ? told->rate_up : config.rate_up;
	config.rate_down = told->rate_down ? told->rate_down : config.rate_down;
	config.keepalive_s = told->keepalive_s ? told->keepalive_s : config.keepalive_s;
	config.stun_server = told->stun;
	const uint8_t *record = live->book.node_record;
	uint16_t record_size = live->book.node_record_size;
	enum octo_switch position = OCTO_SWITCH_MANUAL;
	if (record_size && (octo_node_record_epoch(record, record_size, &config.stored_epoch) != OCTO_OK ||
	                    octo_node_record_switch(record, record_size, &position) != OCTO_OK))
		node_report_line(live, CLI_WARN, "store", OCTO_NO_PEER, "the node's own record: %s", octo_status_text(OCTO_BAD_RECORD));
	config.stored_switch = position;
	size_t size = octo_channel_size(&config, &live->host);
	enum octo_status status = OCTO_BAD_CONFIG;
	if (size > 0) {
		live->block = aligned_alloc(BLOCK_ALIGNMENT, (size + BLOCK_ALIGNMENT - 1) / BLOCK_ALIGNMENT * BLOCK_ALIGNMENT);
		if (!live->block)
			(void)cli_claim(NULL, SIZE_MAX / 2); /* says so and ends */
		status = octo_channel_init(live->block, size, &config, &live->host, cli_clock_ns(), &live->channel);
	}
	octo_wipe(&config, sizeof config);
	if (status == OCTO_OK)
		return CLI_GO_ON;
	fprintf(stderr, "octosim node: %s\n", octo_status_text(status));
	return CLI_BAD_INPUT;
}

/* How long ago a record was made; 0 when the clock cannot be asked, or stepped back since. */
static octo_time_ns off_since(uint64_t saved_s)
{
	uint64_t now_s = wall_clock_s();
	if (saved_s == 0 || now_s <= saved_s)
		return 0;
	return (now_s - saved_s < UINT64_C(1000000000) ? now_s - saved_s : UINT64_C(1000000000)) * OCTO_SECOND;
}

/* Every entry of the book goes into the channel, with its stored state (C:49). */
static int add_peers(struct live *live, const bool *is_moved)
{
	for (uint32_t i = 0, peer = 0; i < live->book.count; i++) {
		struct associate *associate = &live->book.list[i];
		octo_time_ns now = cli_clock_ns();
		enum octo_status status = octo_peer_add(live->channel, &live->host, now, &associate->card, &associate->address, &peer);
		if (status != OCTO_OK) {
			fprintf(stderr, "octosim node: the card of %s: %s\n", associate->name, octo_status_text(status));
			return CLI_BAD_INPUT;
		}
		live->places[peer] = i;
		if (associate->record_size && octo_peer_restore(live->channel, &live->host, now, peer, associate->record,
		                                                associate->record_size, off_since(associate->saved_s)) != OCTO_OK)
			node_report_line(live, CLI_WARN, "store", peer, "the stored state is not used: %s", octo_status_text(OCTO_BAD_RECORD));
		if (is_moved[i])
			octo_peer_set_address(live->channel, &live->host, now, peer, &associate->address);
	}
	return CLI_GO_ON;
}

/* What the configuration wants to happen at once. */
static void begin(struct live *live)
{
	enum octo_mode mode = octo_channel_mode(live->channel);
	if (mode == OCTO_MODE_OFF)
		node_report_line(live, CLI_WARN, "mode", OCTO_NO_PEER, "communications were switched off by the user: \"on\" switches them on");
	else if (live->config->is_switched_on && mode == OCTO_MODE_MANUAL)
		octo_enable(live->channel, &live->host, cli_clock_ns(), true);
	for (uint32_t peer = 0; peer < octo_peer_count(live->channel); peer++) {
		const struct node_associate *told = configured(live->config, live->book.list[live->places[peer]].card.id);
		struct octo_peer_view view;
		octo_time_ns now = cli_clock_ns();
		if (!told)
			continue;
		octo_peer_view(live->channel, peer, &view);
		if (told->is_wanted && view.is_celibate)
			node_report_line(live, CLI_PLAIN, "celibacy", peer, "was disconnected by its user not long ago: \"connect %s\" calls it",
			                 told->name);
		else if (told->is_wanted)
			octo_connect(live->channel, &live->host, now, peer);
		if (!told->has_load)
			continue;
		*live_load(live, peer) = told->load;
		octo_courier_wake(live->channel, &live->host, now, peer);
	}
}

static int bind_carrier(struct live *live)
{
	char text[CARRIER_ADDRESS_TEXT_BYTES];
	enum carrier_status status = udp_open(&live->carrier, &live->config->listen, live->host.crypto, 0);
	const struct octo_address *address = status == CARRIER_OK ? &live->carrier.local : &live->config->listen;
	udp_address_text(address, text);
	if (status != CARRIER_OK) {
		fprintf(stderr, "octosim node: cannot listen at %s: %s\n", text, carrier_status_text(status));
		return CLI_FAULT;
	}
	node_report_line(live, CLI_PLAIN, "listening", OCTO_NO_PEER, "listening at %s", text);
	return CLI_GO_ON;
}

static void between(void *context, octo_time_ns now)
{
	live_couriers_update(context, now);
}

int live_open(struct live *live, const struct node_config *config, const uint8_t seed[OCTO_SEED_BYTES])
{
	static bool is_moved[NODE_ASSOCIATES_MAX];
	struct octo_identity identity;
	char text[CARD_TEXT_BYTES];
	live->config = config;
	live->carrier.descriptor = -1;
	live->files = cli_claim(NULL, sizeof *live->files);
	memset(live->files, 0, sizeof *live->files);
	/* From the first line on, a signal ends it in good order. */
	if (sodium_init() < 0 || !catch_signals())
		return CLI_FAULT;
	live->host = (struct octo_host){ .context = live, .crypto = octo_crypto_sodium(), .entropy = entropy, .save = save,
		.observe = observe, .goes_on = goes_on, .blobs = &live_blobs };
	live_couriers_list(live);
	octo_identity_from_seed(live->host.crypto, seed, &identity);
	memcpy(live->book.owner, identity.card.id, OCTO_ID_BYTES);
	card_to_text(&identity.card, text);
	octo_wipe(&identity, sizeof identity);
	node_report_line(live, CLI_BOLD, "node", OCTO_NO_PEER, "%s, %s, of identity %.16s…", config->name,
	                 config->is_agent ? "an agent" : "a remote", text + strlen(CARD_TEXT_BEGINS));
	node_report_line(live, CLI_DIM, "card", OCTO_NO_PEER, "%s", text);
	int status = load_store(live);
	if (status != CLI_GO_ON)
		return status;
	forget_others(live);
	for (uint32_t i = 0; i < config->associate_count; i++) {
		uint32_t at = associate_store_find(&live->book, config->associates[i].card.id);
		if (at == NODE_ASSOCIATES_MAX) {
			fprintf(stderr, "octosim node: more than %d associates\n", NODE_ASSOCIATES_MAX);
			return CLI_BAD_INPUT;
		}
		is_moved[at] = enter(&live->book, &config->associates[i]);
	}
	live_inbox_open(live);
	/* Bound before the channel boots: a port in use costs no boot epoch. */
	if ((status = bind_carrier(live)) != CLI_GO_ON || (status = boot(live, seed)) != CLI_GO_ON ||
	    (status = add_peers(live, is_moved)) != CLI_GO_ON)
		return status;
	if (!store_file_save_both(&live->file)) {
		fprintf(stderr, "octosim node: the store %s cannot be kept: %s%s\n", live->file.path, strerror(errno),
		        store_advice(errno));
		return CLI_FAULT;
	}
	live->pump = (struct pump){ .channel = live->channel, .host = &live->host, .carrier = &live->carrier, .settle = settle,
		.between = between, .context = live };
	live_couriers_begin(live);
	begin(live);
	return CLI_GO_ON;
}

void live_close(struct live *live)
{
	node_screen_end(live);
	if (live->files)
		live_files_close(live);
	if (live->channel)
		octo_channel_close(live->channel);
	if (live->carrier.descriptor >= 0)
		live->carrier.kind->close(&live->carrier);
	free(live->block);
	free(live->files);
	free(live->book.list);
	free(live->file.buffer);
}

/* ---- Running ------------------------------------------------------------------------------------------------------- */

/* What the signals that came ask for. True: to end. */
static bool obey_signals(struct live *live)
{
	char byte;
	while (read(stop_pipe[0], &byte, 1) == 1) {
		if (byte != SIGTSTP && byte != SIGCONT)
			return true;
		if (byte != SIGTSTP)
			continue;
		node_screen_end(live);
		(void)raise(SIGSTOP);
	}
	return false;
}

/* Until the channel wakes, the time is over, or what is shown has changed. */
static octo_time_ns wait_ns(const struct live *live, octo_time_ns now, octo_time_ns end)
{
	octo_time_ns wake = octo_channel_next_wake(live->channel);
	wake = wake < end ? wake : end;
	wake = wake > now ? wake - now : 0;
	octo_time_ns most = live_files_bar(live, 0, 0, NULL, 0) ? 100 * OCTO_MILLISECOND : OCTO_SECOND;
	return wake < most ? wake : most;
}

/* What is there to be read. Not poll(): a millisecond is many packets. The descriptors are among the first of the process. */
struct ready { bool is_signal, is_typed; };
static struct ready wait_for(const struct live *live, octo_time_ns wait)
{
	int carrier = live->carrier.descriptor, last = carrier > stop_pipe[0] ? carrier : stop_pipe[0];
	bool may_read = live_may_read(live);
	struct timespec timeout = { .tv_sec = (time_t)(wait / OCTO_SECOND), .tv_nsec = (long)(wait % OCTO_SECOND) };
	fd_set in, out;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(carrier, &in);
	FD_SET(stop_pipe[0], &in);
	if (may_read)
		FD_SET(STDIN_FILENO, &in);
	if (pump_has_mail(&live->pump))
		FD_SET(carrier, &out);
	if (pselect(last + 1, &in, &out, NULL, &timeout, NULL) <= 0)
		return (struct ready){ .is_signal = false };
	return (struct ready){ .is_signal = FD_ISSET(stop_pipe[0], &in), .is_typed = may_read && FD_ISSET(STDIN_FILENO, &in) };
}

int live_run(struct live *live, octo_time_ns for_ns, bool until_sent)
{
	octo_time_ns now = cli_clock_ns(), end = for_ns < OCTO_NEVER - now ? now + for_ns : OCTO_NEVER;
	for (;;) {
		bool is_more;
		now = cli_clock_ns();
		if (pump_turn(&live->pump, now, &is_more) != CARRIER_OK) {
			fprintf(stderr, "octosim node: %s\n", carrier_status_text(CARRIER_FAILED));
			return CLI_FAULT;
		}
		(void)settle(live); /* also what no packet waits for */
		is_more |= live_files_turn(live, now);
		node_screen_follow(live);
		node_report_tick(live, now);
		if (ferror(stdout))
			return CLI_FAULT;
		if (now >= end || (until_sent && !live_files_is_sending(live)))
			return CLI_HELD;
		struct ready ready = wait_for(live, is_more ? 0 : wait_ns(live, now, end));
		if ((ready.is_signal && obey_signals(live)) || (ready.is_typed && !live_read_commands(live)))
			return CLI_HELD;
	}
}
