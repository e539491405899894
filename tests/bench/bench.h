/* bench.h: what every benchmark needs: processor time, medians, figures. Two things are compared by taking
 * turns inside one process, round by round, and the figure is the median of the rounds' ratios: a machine that
 * is busy, or slows down, then harms both alike. A benchmark is linked with nothing but the libraries, so this
 * is a header. */
#ifndef OCTO_BENCH_H
#define OCTO_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_ONCE __attribute__((unused)) static

/* Processor time of this process: other programs on the machine do not count. */
BENCH_ONCE double cpu_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

BENCH_ONCE int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Sorts the values. */
BENCH_ONCE double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return values[count / 2];
}

/* A figure that means something on this machine only. */
BENCH_ONCE void print_absolute(const char *name, double value, const char *unit)
{
	printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",", name, value, unit);
	puts("\"goal\":null,\"holds\":true,\"absolute\":true}");
	fflush(stdout);
}

/* A ratio taken inside this run. Goal 0: it is only shown. */
BENCH_ONCE void print_ratio(const char *name, double value, double goal)
{
	char wanted[32] = "null";
	if (goal > 0)
		snprintf(wanted, sizeof wanted, "%.2f", goal);
	printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"ratio\",\"goal\":%s,", name, value, wanted);
	printf("\"holds\":%s,\"absolute\":false}\n", goal <= 0 || value <= goal ? "true" : "false");
	fflush(stdout);
}

/* What a benchmark measures must have happened: a figure of something else is worse than none. */
#define REQUIRE(condition)                                                                           \
	do {                                                                                         \
		if (!(condition)) {                                                                  \
			fprintf(stderr, "%s:%d: expected: %s\n", __FILE__, __LINE__, #condition);    \
			exit(1);                                                                     \
		}                                                                                    \
	} while (0)

#endif
