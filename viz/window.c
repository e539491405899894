/* window.c: see window.h. Cairo paints into memory, one streaming texture shows it; painted anew only when
 * something has changed. Real time enters the viewer here and nowhere else; a script replaces it by frames
 * of equal length. */
#include "viz/window.h"
#include "viz/commands.h"
#include "viz/export.h"

#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_WIDTH = 800, SMALLEST_HEIGHT = 500 };
#define FRAME_NS (OCTO_SECOND / 60)

struct window {
	struct viewer *viewer;
	SDL_Window *window;
	SDL_Renderer *renderer;
	SDL_Texture *texture;
	cairo_surface_t *surface;     /* what the texture shows */
	bool is_scripted;             /* input comes from a script: it need not be seen */
	bool is_dirty;
	double pointer_x, pointer_y;
	bool is_down, has_moved;      /* left mouse button */
	double down_x, down_y, last_x, last_y;
	char *error;
	size_t error_size;
};

static bool fail(struct window *window, const char *what)
{
	snprintf(window->error, window->error_size, "%s: %s", what, SDL_GetError());
	return false;
}

/* Texture and memory of the window's present size. */
static bool fit(struct window *window)
{
	struct viewer *viewer = window->viewer;
	int width, height;
	SDL_GetWindowSize(window->window, &width, &height);
	viewer->width = width;
	viewer->height = height;
	if (window->texture)
		SDL_DestroyTexture(window->texture);
	if (window->surface)
		cairo_surface_destroy(window->surface);
	window->texture = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_ARGB8888,
	                                    SDL_TEXTUREACCESS_STREAMING, width, height);
	window->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
	window->is_dirty = true;
	return window->texture || fail(window, "the window's picture");
}

static bool draw(struct window *window)
{
	cairo_t *cairo = cairo_create(window->surface);
	viewer_draw(window->viewer, cairo);
	cairo_status_t status = cairo_status(cairo);
	cairo_destroy(cairo);
	if (status != CAIRO_STATUS_SUCCESS) {
		snprintf(window->error, window->error_size, "painting: %s", cairo_status_to_string(status));
		return false;
	}
	cairo_surface_flush(window->surface);
	if (SDL_UpdateTexture(window->texture, NULL, cairo_image_surface_get_data(window->surface),
	                      cairo_image_surface_get_stride(window->surface)))
		return fail(window, "the window's picture");
	SDL_RenderCopy(window->renderer, window->texture, NULL, NULL);
	SDL_RenderPresent(window->renderer);
	window->is_dirty = false;
	return true;
}

/* The next free name in the present directory. */
static void save(struct window *window)
{
	struct viewer *viewer = window->viewer;
	char path[64], error[256];
	viewer->wants_export = false;
	for (int i = 1; i <= 999; i++) {
		snprintf(path, sizeof path, "octoviz-%03d.png", i);
		FILE *file = fopen(path, "rb");
		if (file) {
			fclose(file);
			continue;
		}
		if (export_picture(viewer, path, error, sizeof error))
			viewer_say(viewer, "saved as %s", path);
		else
			viewer_say(viewer, "%s", error);
		return;
	}
	viewer_say(viewer, "not saved: octoviz-001.png to octoviz-999.png exist already");
}

static void press_key(struct window *window, const char *key)
{
	uint32_t command = commands_find(key);
	if (command == MODEL_NONE)
		return;
	commands_run(window->viewer, command);
	window->is_dirty = true;
}

/* Characters come as text, whatever the keyboard's layout; what has no character comes as a key. */
static void on_key(struct window *window, const SDL_KeyboardEvent *event)
{
	char key[64];
	const char *name = SDL_GetKeyName(event->keysym.sym);
	if (strlen(name) < 2)
		return;
	snprintf(key, sizeof key, "%s%s", event->keysym.mod & KMOD_SHIFT ? "Shift+" : "", name);
	press_key(window, key);
}

static void on_motion(struct window *window, double x, double y)
{
	if (!window->is_down)
		return;
	if (hypot(x - window->down_x, y - window->down_y) > 4)
		window->has_moved = true;
	if (window->has_moved) {
		pointer_drag(window->viewer, window->last_x, window->last_y, x, y);
		window->last_x = x;
		window->last_y = y;
		window->is_dirty = true;
	}
}

static void on_button(struct window *window, const SDL_MouseButtonEvent *event)
{
	if (event->button != SDL_BUTTON_LEFT)
		return;
	if (event->type == SDL_MOUSEBUTTONDOWN) {
		window->is_down = true;
		window->has_moved = false;
		window->down_x = window->last_x = event->x;
		window->down_y = window->last_y = event->y;
		pointer_press(window->viewer, event->x, event->y);
	} else {
		pointer_release(window->viewer, event->x, event->y, window->has_moved);
		window->is_down = false;
	}
	window->is_dirty = true;
}

static bool on_event(struct window *window, const SDL_Event *event)
{
	switch (event->type) {
	case SDL_QUIT:
		window->viewer->wants_quit = true;
		break;
	case SDL_WINDOWEVENT:
		window->is_dirty = true;
		if (event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)
			return fit(window);
		break;
	case SDL_KEYDOWN:
		on_key(window, &event->key);
		break;
	case SDL_TEXTINPUT:
		if (strcmp(event->text.text, " "))
			press_key(window, event->text.text);
		break;
	case SDL_MOUSEBUTTONDOWN: case SDL_MOUSEBUTTONUP:
		on_button(window, &event->button);
		break;
	case SDL_MOUSEMOTION:
		window->pointer_x = event->motion.x;
		window->pointer_y = event->motion.y;
		on_motion(window, event->motion.x, event->motion.y);
		break;
	case SDL_MOUSEWHEEL:
		pointer_wheel(window->viewer, event->wheel.y, window->pointer_x, window->pointer_y);
		window->is_dirty = true;
		break;
	default:
		break;
	}
	if (window->viewer->wants_export) {
		save(window);
		window->is_dirty = true;
	}
	return true;
}

static bool drain(struct window *window)
{
	SDL_Event event;
	while (SDL_PollEvent(&event)) {
		if (!on_event(window, &event))
			return false;
	}
	return !window->is_dirty || draw(window);
}

/* ---- Scripts ------------------------------------------------------------------------------------------- */

static void push_key(const char *key)
{
	SDL_Event event = {.type = SDL_TEXTINPUT};
	if (strlen(key) == 1) {
		strcpy(event.text.text, key);
	} else {
		bool is_shifted = !strncmp(key, "Shift+", 6) || !strncmp(key, "shift+", 6);
		event.type = SDL_KEYDOWN;
		event.key.keysym.sym = SDL_GetKeyFromName(key + (is_shifted ? 6 : 0));
		event.key.keysym.mod = is_shifted ? KMOD_LSHIFT : KMOD_NONE;
	}
	SDL_PushEvent(&event);
}

static void push_button(Uint32 type, int x, int y)
{
	SDL_Event event = {.type = type};
	event.button.button = SDL_BUTTON_LEFT;
	event.button.x = x;
	event.button.y = y;
	SDL_PushEvent(&event);
}

static void push_motion(int x, int y)
{
	SDL_Event event = {.type = SDL_MOUSEMOTION};
	event.motion.x = x;
	event.motion.y = y;
	SDL_PushEvent(&event);
}

static void push_drag(const int numbers[4])
{
	push_button(SDL_MOUSEBUTTONDOWN, numbers[0], numbers[1]);
	for (int i = 1; i <= 8; i++)
		push_motion(numbers[0] + (numbers[2] - numbers[0]) * i / 8,
		            numbers[1] + (numbers[3] - numbers[1]) * i / 8);
	push_button(SDL_MOUSEBUTTONUP, numbers[2], numbers[3]);
}

static void push_wheel(const int numbers[4])
{
	SDL_Event event = {.type = SDL_MOUSEWHEEL};
	event.wheel.y = numbers[0];
	push_motion(numbers[1], numbers[2]);
	SDL_PushEvent(&event);
}

static bool wait_frames(struct window *window, int frames)
{
	for (int i = 0; i < frames && !window->viewer->wants_quit; i++) {
		window->is_dirty |=
			playback_advance(&window->viewer->playback, window->viewer->model, FRAME_NS);
		if (!drain(window))
			return false;
	}
	return true;
}

static bool do_line(struct window *window, const struct script_line *line)
{
	switch (line->verb) {
	case SCRIPT_KEY: push_key(line->text); break;
	case SCRIPT_CLICK:
		push_button(SDL_MOUSEBUTTONDOWN, line->numbers[0], line->numbers[1]);
		push_button(SDL_MOUSEBUTTONUP, line->numbers[0], line->numbers[1]);
		break;
	case SCRIPT_DRAG: push_drag(line->numbers); break;
	case SCRIPT_WHEEL: push_wheel(line->numbers); break;
	case SCRIPT_WAIT: return wait_frames(window, line->numbers[0]);
	case SCRIPT_SHOT:
		return export_picture(window->viewer, line->text, window->error, window->error_size);
	case SCRIPT_STATE: return export_state(window->viewer, line->text, window->error, window->error_size);
	}
	return drain(window);
}

static bool follow_script(struct window *window, const struct script *script)
{
	if (!drain(window))
		return false;
	for (uint32_t i = 0; i < script->count && !window->viewer->wants_quit; i++) {
		if (!do_line(window, &script->lines[i]))
			return false;
	}
	return true;
}

/* ---- The user ------------------------------------------------------------------------------------------ */

static bool follow_user(struct window *window)
{
	struct viewer *viewer = window->viewer;
	Uint64 then = SDL_GetPerformanceCounter();
	while (!viewer->wants_quit) {
		/* While nothing moves there is nothing to do until something comes. */
		if (!viewer->playback.is_playing && !window->is_dirty)
			SDL_WaitEvent(NULL);
		Uint64 now = SDL_GetPerformanceCounter();
		uint64_t elapsed =
			(uint64_t)((double)(now - then) * 1e9 / (double)SDL_GetPerformanceFrequency());
		then = now;
		/* After a pause (a breakpoint, a laptop lid) do not leap. */
		window->is_dirty |= playback_advance(&viewer->playback, viewer->model,
		                                     elapsed < 6 * FRAME_NS ? elapsed : 6 * FRAME_NS);
		if (!drain(window))
			return false;
		if (viewer->playback.is_playing)
			SDL_Delay(4);
	}
	return true;
}

/* Without a display SDL may choose a driver that shows nothing. Only who asked for it by name wants that. */
static bool is_visible(void)
{
	const char *driver = SDL_GetCurrentVideoDriver();
	bool shows_nothing = driver && (!strcmp(driver, "offscreen") || !strcmp(driver, "dummy"));
	return !shows_nothing || getenv("SDL_VIDEODRIVER");
}

static bool open_window(struct window *window)
{
	struct viewer *viewer = window->viewer;
	char raw[TEXT_MAX], title[TEXT_MAX];
	if (SDL_Init(SDL_INIT_VIDEO))
		return fail(window, "no display can be opened (--out FILE needs none)");
	if (!is_visible() && !window->is_scripted) {
		snprintf(window->error, window->error_size, "there is no display to open a window on: --out FILE draws a picture "
		         "without one, and DISPLAY or WAYLAND_DISPLAY says where one is");
		return false;
	}
	snprintf(raw, sizeof raw, "octoviz %s", viewer->model->header->scenario);
	text_clean(raw, title, sizeof title);
	window->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
	                                  viewer->width, viewer->height, SDL_WINDOW_RESIZABLE);
	if (!window->window)
		return fail(window, "no window can be opened");
	SDL_SetWindowMinimumSize(window->window, SMALLEST_WIDTH, SMALLEST_HEIGHT);
	window->renderer = SDL_CreateRenderer(window->window, -1, 0);
	if (!window->renderer)
		window->renderer = SDL_CreateRenderer(window->window, -1, SDL_RENDERER_SOFTWARE);
	if (!window->renderer)
		return fail(window, "the window cannot be painted in");
	SDL_StartTextInput();
	return fit(window);
}

bool window_run(struct viewer *viewer, const struct script *script, char *error, size_t error_size)
{
	struct window window = {.viewer = viewer, .is_scripted = script, .error = error, .error_size = error_size};
	bool is_good =
		open_window(&window) && (script ? follow_script(&window, script) : follow_user(&window));
	if (window.surface)
		cairo_surface_destroy(window.surface);
	if (window.texture)
		SDL_DestroyTexture(window.texture);
	if (window.renderer)
		SDL_DestroyRenderer(window.renderer);
	if (window.window)
		SDL_DestroyWindow(window.window);
	SDL_Quit();
	return is_good;
}
