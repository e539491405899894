/* layout.c: the defaults, what is out of range, and the offsets of everything in the block. */
#include "core/layout.h"

#include "core/intrinsic/packet.h"
#include "core/intrinsic/session_directory.h"

static const uint32_t epoch_limit = UINT32_C(1) << 24;

/* ---- Configuration ----------------------------------------------------------------------------------------------- */

/* What is copied into the block has no padding, whose bytes nobody would have set. */
_Static_assert(sizeof(struct octo_agreement) == 16, "an agreement has no padding");
_Static_assert(sizeof(struct octo_config) == 328, "a configuration has no padding");

void octo_config_default(struct octo_config *config)
{
	memset(config, 0, sizeof *config);
	config->peers_max = 8;
	config->version_min = config->version_max = PACKET_VERSION;
	config->suites = OCTO_SUITE_CHACHA20_POLY1305;
	config->rate_up = config->rate_down = 125000;
	config->payload_max = OCTO_DATAGRAM_MAX;
	config->keepalive_s = 15;
	config->resend_ns = OCTO_SECOND;
	config->jitter_permille = 250;
	config->offer_ns = 15 * OCTO_SECOND;
	config->answer_ns = 10 * OCTO_SECOND;
	config->attempt_spacing_ns = 3 * OCTO_SECOND;
	config->initial_spacing_ns = 3 * OCTO_SECOND;
	config->nudge_spacing_ns = 200 * OCTO_MILLISECOND;
	config->redial_min_ns = 3 * OCTO_SECOND;
	config->redial_max_ns = 60 * OCTO_SECOND;
	config->spare_ns = 15 * OCTO_SECOND;
	config->challenge_min_ns = OCTO_SECOND;
	config->challenge_max_ns = 5 * OCTO_SECOND;
	config->dead_min_ns = 10 * OCTO_SECOND;
	config->celibacy_ns = 60 * OCTO_SECOND;
	config->ping_base_ns = OCTO_SECOND;
	config->ping_step_ns = 600 * OCTO_SECOND;
	config->ping_max_ns = 3600 * OCTO_SECOND;
	config->ping_recent_ns = 3600 * OCTO_SECOND;
	config->honeymoon_ping_ns = OCTO_SECOND;
	config->honeymoon_ns = 60 * OCTO_SECOND;
	config->probe_spacing_ns = OCTO_SECOND;
	config->cookie_rotation_ns = 120 * OCTO_SECOND;
	config->clock_step_max_ns = 3600 * OCTO_SECOND;
	config->curve_rate_max = 64;
	config->in_flight_max = 512;
	config->ordered_max = 32;
	config->tamper = true;
	config->turn_packets = UINT32_C(1) << 20;
	config->turn_ns = 600 * OCTO_SECOND;
	config->rekey_ns = 3600 * OCTO_SECOND;
	config->stun_interval_ns = 25 * OCTO_SECOND;
	config->antler_min_ns = 5 * OCTO_SECOND;
	config->antler_ns = 15 * OCTO_SECOND;
	config->antler_max_ns = 25 * OCTO_SECOND;
}

static bool is_in_range(const struct octo_config *config)
{
	const octo_time_ns longest = UINT64_C(365) * 86400 * OCTO_SECOND;
	const octo_time_ns times[] = { config->resend_ns, config->offer_ns, config->answer_ns, config->attempt_spacing_ns,
		config->initial_spacing_ns, config->redial_min_ns, config->spare_ns, config->challenge_min_ns,
		config->dead_min_ns, config->celibacy_ns, config->ping_base_ns, config->ping_step_ns, config->ping_recent_ns,
		config->honeymoon_ping_ns, config->honeymoon_ns, config->probe_spacing_ns, config->cookie_rotation_ns,
		config->clock_step_max_ns, config->stun_interval_ns, config->turn_ns, config->rekey_ns,
		config->antler_max_ns };
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (times[i] == 0 || times[i] > longest)
			return false;
	bool is_coarse = config->clock_step_max_ns >= OCTO_SECOND && config->challenge_min_ns >= 8 * OCTO_MILLISECOND &&
	                 config->resend_ns >= OCTO_MILLISECOND && config->turn_ns >= OCTO_SECOND && config->turn_packets >= 16;
	return is_coarse && config->peers_max >= 1 && config->peers_max <= 65535 && config->version_min == PACKET_VERSION &&
	       config->version_max == PACKET_VERSION && (config->suites & OCTO_SUITE_CHACHA20_POLY1305) &&
	       !(config->suites & ~(OCTO_SUITE_CHACHA20_POLY1305 | OCTO_SUITE_AES_256_GCM)) &&
	       config->rate_up >= OCTO_RATE_MIN && config->rate_down >= OCTO_RATE_MIN &&
	       config->in_flight_max >= 64 && config->in_flight_max <= 1048576 &&
	       config->ordered_max <= 65536 && config->payload_max >= 128 &&
	       config->payload_max <= OCTO_DATAGRAM_MAX && config->keepalive_s >= 1 && config->keepalive_s <= 3600 &&
	       config->jitter_permille <= 500 && config->redial_max_ns >= config->redial_min_ns &&
	       config->redial_max_ns <= longest && config->challenge_max_ns >= config->challenge_min_ns &&
	       config->challenge_max_ns <= longest && config->nudge_spacing_ns <= longest &&
	       config->ping_max_ns >= config->ping_base_ns && config->ping_max_ns <= longest &&
	       config->antler_min_ns >= OCTO_SECOND && config->antler_ns >= config->antler_min_ns &&
	       config->antler_max_ns >= config->antler_ns &&
	       config->stored_switch <= OCTO_SWITCH_OFF && config->stored_epoch < epoch_limit - 1;
}

/* ---- Layout --------------------------------------------------------------------------------------------------------- */

static uint64_t aligned(uint64_t size)
{
	return (size + 15) / 16 * 16;
}

static void lay_out_pool(struct pool *pool, uint64_t *end, uint32_t size, uint32_t count)
{
	memset(pool, 0, sizeof *pool);
	pool->at = *end;
	pool->size = size;
	pool->count = count;
	*end += aligned((uint64_t)size * count);
}

static void lay_out_couriers(struct octo_channel *channel, const struct octo_host *host)
{
	uint64_t at = aligned(host->courier_count * sizeof(struct courier_slot));
	channel->courier_count = (uint8_t)host->courier_count;
	channel->sync_slots_at = (uint32_t)at;
	for (uint32_t i = 0; i < host->courier_count; i++)
		if (host->couriers[i]->digest)
			channel->sync_couriers[channel->sync_count++] = (uint8_t)i;
	at += aligned(channel->sync_count * sizeof(struct sync_slot));
	for (uint32_t i = 0; i < host->courier_count; i++) {
		channel->courier_state_at[i] = (uint32_t)at;
		at += aligned(host->couriers[i]->state_size);
	}
	channel->courier_states_size = (uint32_t)at;
}

uint64_t lay_out(struct octo_channel *channel, const struct octo_config *config, const struct octo_host *host)
{
	uint32_t peers = config->peers_max, capacity = directory_capacity(peers);
	lay_out_couriers(channel, host);
	channel->peers_at = aligned(sizeof *channel);
	channel->wakes_at = channel->peers_at + aligned(peers * (uint64_t)sizeof(struct peer));
	channel->wake_positions_at = channel->wakes_at + aligned(peers * (uint64_t)sizeof(struct wake));
	channel->touched_at = channel->wake_positions_at + aligned(peers * sizeof(uint32_t));
	channel->directory_at = channel->touched_at + aligned((peers + 63) / 64 * sizeof(uint64_t));
	channel->courier_states_at = channel->directory_at + capacity * (uint64_t)sizeof(struct directory_entry);
	channel->directory_mask = capacity - 1;
	uint64_t end = aligned(channel->courier_states_at + (uint64_t)peers * channel->courier_states_size);
	lay_out_pool(&channel->pages, &end, sizeof(struct sent_page), config->in_flight_max / SENT_PAGE_RECORDS);
	lay_out_pool(&channel->copies, &end, sizeof(struct ordered_copy), config->ordered_max);
	lay_out_pool(&channel->fates, &end, sizeof(struct sent_fate), config->in_flight_max);
	return end;
}

static bool couriers_fit(const struct octo_host *host)
{
	if (host->courier_count > BLOCK_COURIERS_MAX)
		return false;
	for (uint32_t i = 0; i < host->courier_count; i++) {
		const struct octo_courier *kind = host->couriers[i];
		if (kind->id > OCTO_COURIER_ID_MAX || !kind->digest != !kind->resync)
			return false;
		for (uint32_t j = 0; j < i; j++)
			if (host->couriers[i]->id == host->couriers[j]->id)
				return false;
	}
	return true;
}

size_t octo_channel_size(const struct octo_config *config, const struct octo_host *host)
{
	struct octo_channel layout = { .magic = 0 };
	if (!is_in_range(config) || !couriers_fit(host))
		return 0;
	uint64_t size = lay_out(&layout, config, host);
	return size <= SIZE_MAX ? (size_t)size : 0;
}
