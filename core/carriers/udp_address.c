/* udp_address.c: addresses of UDP as people write them. See udp.h. */
#include "core/carriers/udp.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96 */

/* 1..5 digits and nothing else. */
static bool read_port(const char *text, uint16_t *port)
{
	uint32_t value = 0;
	size_t size = strspn(text, "0123456789");
	if (size == 0 || size > 5 || text[size])
		return false;
	for (size_t i = 0; i < size; i++)
		value = value * 10 + (uint32_t)(text[i] - '0');
	*port = (uint16_t)value;
	return value <= UINT16_MAX;
}

bool udp_address_from_text(const char *text, uint16_t default_port, struct octo_address *address)
{
	char host[INET6_ADDRSTRLEN];
	struct octo_address found = { .port = default_port };
	bool has_brackets = text[0] == '[';
	const char *begin = text + has_brackets, *first = strchr(text, ':');
	bool is_bare = !has_brackets && first && strchr(first + 1, ':'); /* 2001:db8::1: every colon is its own */
	const char *end = has_brackets ? strchr(begin, ']') : is_bare || !first ? begin + strlen(begin) : first;
	if (!end || (size_t)(end - begin) >= sizeof host)
		return false;
	memcpy(host, begin, (size_t)(end - begin));
	host[end - begin] = '\0';
	const char *rest = end + has_brackets;
	if (*rest && (*rest != ':' || !read_port(rest + 1, &found.port)))
		return false;
	if (has_brackets || is_bare) {
		if (inet_pton(AF_INET6, host, found.ip) != 1)
			return false;
	} else {
		memcpy(found.ip, mapped, sizeof mapped);
		if (inet_pton(AF_INET, host, found.ip + sizeof mapped) != 1)
			return false;
	}
	*address = found;
	return true;
}

void udp_address_text(const struct octo_address *address, char text[CARRIER_ADDRESS_TEXT_BYTES])
{
	char host[INET6_ADDRSTRLEN];
	bool is_mapped = memcmp(address->ip, mapped, sizeof mapped) == 0;
	const char *found = is_mapped ? inet_ntop(AF_INET, address->ip + sizeof mapped, host, sizeof host)
	                              : inet_ntop(AF_INET6, address->ip, host, sizeof host);
	snprintf(text, CARRIER_ADDRESS_TEXT_BYTES, is_mapped ? "%s:%u" : "[%s]:%u", found ? found : "?", address->port);
}
