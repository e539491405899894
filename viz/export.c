/* export.c: see export.h. */
#include "viz/export.h"

#include <cairo-svg.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool ends_in(const char *path, const char *end)
{
	size_t length = strlen(path), tail = strlen(end);
	return length > tail && !strcmp(path + length - tail, end);
}

bool export_is_known(const char *path)
{
	return ends_in(path, ".png") || ends_in(path, ".svg");
}

static cairo_status_t write_bytes(void *context, const unsigned char *bytes, unsigned int size)
{
	return fwrite(bytes, 1, size, context) == size ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static cairo_status_t write_picture(struct viewer *viewer, const char *path, FILE *file)
{
	bool is_svg = ends_in(path, ".svg");
	cairo_surface_t *surface =
		is_svg ? cairo_svg_surface_create_for_stream(write_bytes, file, viewer->width, viewer->height)
		       : cairo_image_surface_create(CAIRO_FORMAT_RGB24, viewer->width, viewer->height);
	cairo_t *cairo = cairo_create(surface);
	viewer_draw(viewer, cairo);
	cairo_status_t status = cairo_status(cairo);
	cairo_destroy(cairo);
	if (status == CAIRO_STATUS_SUCCESS && !is_svg)
		status = cairo_surface_write_to_png_stream(surface, write_bytes, file);
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	return status;
}

bool export_picture(struct viewer *viewer, const char *path, char *error, size_t error_size)
{
	FILE *file = fopen(path, "wb");
	if (!file) {
		snprintf(error, error_size, "%s: cannot be written: %s", path, strerror(errno));
		return false;
	}
	cairo_status_t status = write_picture(viewer, path, file);
	bool is_flushed = !fflush(file);
	bool is_closed = !fclose(file);
	if (status == CAIRO_STATUS_SUCCESS && is_flushed && is_closed)
		return true;
	snprintf(error, error_size, "%s: could not be written whole: %s", path,
	         status == CAIRO_STATUS_SUCCESS ? strerror(errno) : cairo_status_to_string(status));
	return false;
}

bool export_state(const struct viewer *viewer, const char *path, char *error, size_t error_size)
{
	static const char *const names[VIEW_COUNT] = {"topology", "sequence", "duel"};
	FILE *file = fopen(path, "w");
	if (!file) {
		snprintf(error, error_size, "%s: cannot be written: %s", path, strerror(errno));
		return false;
	}
	struct model_state *fresh = model_state_new(viewer->model);
	model_replay(viewer->model, fresh, viewer->playback.index);
	fprintf(file,
	        "time_ns %" PRIu64 "\nrecord %" PRIu32 "\ndigest %016" PRIx64 "\nreplay %016" PRIx64
	        "\nplaying %s\nview %s\n",
	        viewer->playback.time_ns, viewer->playback.index, model_digest(viewer->model, viewer->state),
	        model_digest(viewer->model, fresh), viewer->playback.is_playing ? "yes" : "no",
	        names[viewer->view]);
	model_state_free(fresh);
	bool is_good = !ferror(file);
	if (!fclose(file) && is_good)
		return true;
	snprintf(error, error_size, "%s: could not be written whole: %s", path, strerror(errno));
	return false;
}
