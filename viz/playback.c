/* playback.c: see playback.h. */
#include "viz/playback.h"

/* Skipping begins when nothing would happen for this long, and ends this long before something does; in the
 * watcher's time, so that it looks the same at every speed. */
#define IDLE_NS (500 * OCTO_MILLISECOND)
#define IDLE_LEFT_NS (150 * OCTO_MILLISECOND)

void playback_init(struct playback *playback, const struct model *model)
{
	*playback = (struct playback){.speed = PLAYBACK_DEFAULT, .skips_idle = true};
	playback_seek(playback, model, model->record_count ? trace_get(model->trace, 0)->time_ns : 0);
}

void playback_seek(struct playback *playback, const struct model *model, uint64_t time_ns)
{
	playback->time_ns = time_ns < model->end_ns ? time_ns : model->end_ns;
	playback->index = model_records_until(model, playback->time_ns);
}

void playback_seek_record(struct playback *playback, const struct model *model, uint32_t record)
{
	if (record >= model->record_count)
		return;
	playback->index = record + 1;
	playback->time_ns = trace_get(model->trace, record)->time_ns;
}

void playback_step(struct playback *playback, const struct model *model, bool is_back)
{
	if (!is_back) {
		playback_seek_record(playback, model, playback->index);
	} else if (playback->index > 1) {
		playback_seek_record(playback, model, playback->index - 2);
	} else {
		playback->index = 0;
		playback->time_ns = 0;
	}
}

void playback_nudge(struct playback *playback, const struct model *model, int64_t by_ns)
{
	uint64_t length = by_ns < 0 ? (uint64_t)-(by_ns + 1) + 1 : (uint64_t)by_ns;
	uint64_t time = playback->time_ns;
	if (by_ns < 0)
		time = length < time ? time - length : 0;
	else
		time = length < model->end_ns - time ? time + length : model->end_ns;
	playback_seek(playback, model, time);
}

uint64_t playback_scaled(const struct playback *playback, uint64_t elapsed_ns)
{
	uint64_t scaled =
		playback->speed < 0 ? elapsed_ns >> -playback->speed : elapsed_ns << playback->speed;
	return scaled ? scaled : 1;
}

static bool is_quiet(const struct playback *playback, const struct model *model)
{
	return model_next_copy(model, 0, playback->time_ns, playback->time_ns) == MODEL_NONE;
}

static void skip_idle(struct playback *playback, const struct model *model)
{
	uint64_t threshold = playback_scaled(playback, IDLE_NS),
		 left = playback_scaled(playback, IDLE_LEFT_NS);
	if (playback->is_reverse) {
		uint64_t last = playback->index ? trace_get(model->trace, playback->index - 1)->time_ns : 0;
		if (playback->time_ns > last && playback->time_ns - last > threshold &&
		    is_quiet(playback, model))
			playback->time_ns = last + left;
	} else {
		uint64_t next = playback->index < model->record_count
		                ? trace_get(model->trace, playback->index)->time_ns : model->end_ns;
		if (next > playback->time_ns && next - playback->time_ns > threshold &&
		    is_quiet(playback, model))
			playback->time_ns = next - left;
	}
}

bool playback_advance(struct playback *playback, const struct model *model, uint64_t elapsed_ns)
{
	if (!playback->is_playing)
		return false;
	if (playback->skips_idle)
		skip_idle(playback, model);
	uint64_t by = playback_scaled(playback, elapsed_ns);
	uint64_t end = playback->is_reverse ? 0 : model->end_ns;
	playback_nudge(playback, model, playback->is_reverse ? -(int64_t)by : (int64_t)by);
	if (playback->time_ns == end)
		playback->is_playing = false;
	return true;
}

uint32_t playback_jump(struct playback *playback, const struct model *model, enum model_mark mark,
                       bool is_back)
{
	const struct model_list *marks = &model->marks[mark];
	uint32_t at;
	if (is_back) {
		/* The record just before the position is where we are: the one to find lies before it. */
		at = model_list_find(marks, playback->index ? playback->index - 1 : 0);
		if (at-- == 0)
			return MODEL_NONE;
	} else {
		at = model_list_find(marks, playback->index);
		if (at == marks->count)
			return MODEL_NONE;
	}
	playback_seek_record(playback, model, marks->list[at]);
	return marks->list[at];
}

void playback_set_speed(struct playback *playback, int speed)
{
	playback->speed = speed < PLAYBACK_SLOWEST   ? PLAYBACK_SLOWEST
	                  : speed > PLAYBACK_FASTEST ? PLAYBACK_FASTEST
	                                             : speed;
}
