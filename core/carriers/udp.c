/* udp.c: a non-blocking UDP socket. On Linux many datagrams a call (recvmmsg, sendmmsg), elsewhere one; both ways are
 * in every Linux build, for the tests compare them. Those two calls are not of POSIX: this is the one file that asks
 * for more than POSIX. What happens to a datagram is never an error of the carrier: it is counted, and goes on. */
#ifdef __linux__
#define _GNU_SOURCE /* recvmmsg, sendmmsg */
#define HAS_BATCHES 1
#else
#define HAS_BATCHES 0
#endif
#include "core/carriers/udp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OPTION_IPV4 = 0x100 };             /* the socket speaks IPv4: addresses are mapped on their way in and out */

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96 */

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

const char *carrier_status_text(enum carrier_status status)
{
	static const char *const texts[] = {
#define X(name, text) text,
		CARRIER_STATUSES(X)
#undef X
	};
	return (unsigned)status < CARRIER_STATUS_COUNT ? texts[status] : "no status of a carrier";
}

/* ---- Addresses --------------------------------------------------------------------------------------------------- */

static bool is_mapped(const struct octo_address *address)
{
	return memcmp(address->ip, mapped, sizeof mapped) == 0;
}

static bool is_any(const struct octo_address *address)
{
	static const uint8_t zeros[16];
	return memcmp(address->ip, zeros, sizeof zeros) == 0;
}

/* 0: a socket of this family cannot speak to that address. */
static socklen_t to_system(const struct carrier *carrier, const struct octo_address *address, union socket_address *out)
{
	memset(out, 0, sizeof *out);
	if (!(carrier->options & OPTION_IPV4)) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(address->port);
		memcpy(&out->v6.sin6_addr, address->ip, sizeof address->ip);
		return sizeof out->v6;
	}
	if (!is_mapped(address) && !is_any(address))
		return 0;
	out->v4.sin_family = AF_INET;
	out->v4.sin_port = htons(address->port);
	memcpy(&out->v4.sin_addr, address->ip + sizeof mapped, 4);
	return sizeof out->v4;
}

static struct octo_address from_system(const union socket_address *from)
{
	struct octo_address address = { .port = 0 };
	if (from->any.sa_family == AF_INET) {
		memcpy(address.ip, mapped, sizeof mapped);
		memcpy(address.ip + sizeof mapped, &from->v4.sin_addr, 4);
		address.port = ntohs(from->v4.sin_port);
	} else {
		memcpy(address.ip, &from->v6.sin6_addr, sizeof address.ip);
		address.port = ntohs(from->v6.sin6_port);
	}
	return address;
}

/* ---- What the system says ------------------------------------------------------------------------------------------ */

enum answer { AGAIN, LATER, UNREACHABLE, REFUSED, BROKEN };

/* Every error that a datagram can earn, ours or one before it, is about that datagram. What is left is about us. */
static enum answer judge(int error)
{
	if (error == EAGAIN || error == EWOULDBLOCK)
		return LATER;
	switch (error) {
	case EINTR:
		return AGAIN;
	case ENOBUFS:
	case ENOMEM:
		return LATER;
	case ECONNREFUSED:                /* ICMP about an earlier datagram; reported to whoever calls next */
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case ECONNRESET:
		return UNREACHABLE;
	case EBADF:
	case ENOTSOCK:
	case EFAULT:
		return BROKEN;
	default:                          /* EMSGSIZE, EPERM, EACCES, EINVAL (port 0), EADDRNOTAVAIL, … */
		return REFUSED;
	}
}

/* ---- One at a time ---------------------------------------------------------------------------------------------------- */

static ssize_t receive_one(struct carrier *carrier, struct carrier_datagram *datagram)
{
	union socket_address from;
	socklen_t size = sizeof from;
	ssize_t got = recvfrom(carrier->descriptor, datagram->bytes, sizeof datagram->bytes, 0, &from.any, &size);
	carrier->counters.calls++;
	if (got < 0)
		return -1;
	datagram->size = (uint16_t)got;
	datagram->address = from_system(&from);
	return 1;
}

static ssize_t send_one(struct carrier *carrier, const struct carrier_datagram *datagram)
{
	union socket_address to;
	socklen_t size = to_system(carrier, &datagram->address, &to);
	if (size == 0) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	carrier->counters.calls++;
	return sendto(carrier->descriptor, datagram->bytes, datagram->size, 0, &to.any, size) < 0 ? -1 : 1;
}

/* ---- Many at a time ----------------------------------------------------------------------------------------------------- */

#if HAS_BATCHES

static ssize_t receive_many(struct carrier *carrier, struct carrier_datagram *list, uint32_t count)
{
	struct mmsghdr messages[CARRIER_BATCH_MAX];
	struct iovec parts[CARRIER_BATCH_MAX];
	union socket_address from[CARRIER_BATCH_MAX];
	memset(messages, 0, count * sizeof *messages);
	for (uint32_t i = 0; i < count; i++) {
		parts[i] = (struct iovec){ .iov_base = list[i].bytes, .iov_len = sizeof list[i].bytes };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = &from[i];
		messages[i].msg_hdr.msg_namelen = sizeof from[i];
	}
	int got = recvmmsg(carrier->descriptor, messages, count, MSG_DONTWAIT, NULL);
	carrier->counters.calls++;
	for (int i = 0; i < got; i++) {
		list[i].size = (uint16_t)messages[i].msg_len;
		list[i].address = from_system(&from[i]);
	}
	return got;
}

static ssize_t send_many(struct carrier *carrier, const struct carrier_datagram *list, uint32_t count)
{
	struct mmsghdr messages[CARRIER_BATCH_MAX];
	struct iovec parts[CARRIER_BATCH_MAX];
	union socket_address to[CARRIER_BATCH_MAX];
	uint32_t ready = 0;
	memset(messages, 0, count * sizeof *messages);
	for (; ready < count; ready++) {
		socklen_t size = to_system(carrier, &list[ready].address, &to[ready]);
		if (size == 0)
			break;
		/* The system only reads; the type is that of a call which can write. */
		memcpy(&parts[ready].iov_base, &(const void *){ list[ready].bytes }, sizeof(void *));
		parts[ready].iov_len = list[ready].size;
		messages[ready].msg_hdr.msg_iov = &parts[ready];
		messages[ready].msg_hdr.msg_iovlen = 1;
		messages[ready].msg_hdr.msg_name = &to[ready];
		messages[ready].msg_hdr.msg_namelen = size;
	}
	if (ready == 0) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	carrier->counters.calls++;
	return sendmmsg(carrier->descriptor, messages, ready, MSG_DONTWAIT);
}

static ssize_t receive_some(struct carrier *carrier, struct carrier_datagram *list, uint32_t count)
{
	return carrier->options & UDP_WITHOUT_BATCHES ? receive_one(carrier, list) : receive_many(carrier, list, count);
}

static ssize_t send_some(struct carrier *carrier, const struct carrier_datagram *list, uint32_t count)
{
	return carrier->options & UDP_WITHOUT_BATCHES ? send_one(carrier, list) : send_many(carrier, list, count);
}

#else

static ssize_t receive_some(struct carrier *carrier, struct carrier_datagram *list, uint32_t count)
{
	(void)count;
	return receive_one(carrier, list);
}

static ssize_t send_some(struct carrier *carrier, const struct carrier_datagram *list, uint32_t count)
{
	(void)count;
	return send_one(carrier, list);
}

#endif

/* ---- The carrier ----------------------------------------------------------------------------------------------------- */

/* Bounded: errors are met at most as often as there may be datagrams. */
static enum carrier_status udp_receive(struct carrier *carrier, struct carrier_datagram *list, uint32_t count,
                                       uint32_t *received)
{
	uint32_t wanted = count < CARRIER_BATCH_MAX ? count : CARRIER_BATCH_MAX;
	*received = 0;
	for (uint32_t tries = 0; *received < wanted && tries < 2 * CARRIER_BATCH_MAX; tries++) {
		uint32_t asked = wanted - *received;
		ssize_t got = receive_some(carrier, list + *received, asked);
		if (got > 0) {
			*received += (uint32_t)got;
			carrier->counters.received += (uint64_t)got;
			if ((uint32_t)got < asked && HAS_BATCHES && !(carrier->options & UDP_WITHOUT_BATCHES))
				break; /* that was all there is */
			continue;
		}
		enum answer answer = judge(errno);
		if (answer == LATER)
			break;
		if (answer == BROKEN)
			return CARRIER_FAILED;
		carrier->counters.unreachable += answer == UNREACHABLE;
	}
	return CARRIER_OK;
}

static enum carrier_status udp_send(struct carrier *carrier, const struct carrier_datagram *list, uint32_t count,
                                    uint32_t *taken)
{
	uint32_t wanted = count < CARRIER_BATCH_MAX ? count : CARRIER_BATCH_MAX;
	bool is_second_try = false;
	*taken = 0;
	for (uint32_t tries = 0; *taken < wanted && tries < 2 * CARRIER_BATCH_MAX; tries++) {
		ssize_t sent = send_some(carrier, list + *taken, wanted - *taken);
		if (sent > 0) {
			*taken += (uint32_t)sent;
			carrier->counters.sent += (uint64_t)sent;
			is_second_try = false;
			continue;
		}
		switch (judge(errno)) {
		case AGAIN:
			break;
		case LATER:
			carrier->counters.postponed++;
			return CARRIER_OK;
		case BROKEN:
			return CARRIER_FAILED;
		case UNREACHABLE:
			/* Perhaps about a datagram before this one: once more, then it is this one. */
			carrier->counters.unreachable++;
			*taken += is_second_try;
			is_second_try = !is_second_try;
			break;
		case REFUSED:
			carrier->counters.refused++;
			++*taken;
			is_second_try = false;
			break;
		}
	}
	return CARRIER_OK;
}

static void udp_close(struct carrier *carrier)
{
	close(carrier->descriptor);
	carrier->descriptor = -1;
}

static const struct carrier_kind udp_kind = {
	.name = "udp",
	.receive = udp_receive,
	.send = udp_send,
	.close = udp_close,
	.address_text = udp_address_text,
};

/* ---- Opening --------------------------------------------------------------------------------------------------------- */

/* A datagram of ours fits every path of IPv6 and nearly all of IPv4: none is ever cut into fragments, which are easier
 * to forge and to lose; and what strangers say of a path's size by ICMP is not believed. A wish, not a need. */
static void forbid_fragments(const struct carrier *carrier)
{
#if defined IP_MTU_DISCOVER && defined IP_PMTUDISC_PROBE
	int probe = IP_PMTUDISC_PROBE;
	(void)setsockopt(carrier->descriptor, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof probe);
#endif
#if defined IPV6_MTU_DISCOVER && defined IPV6_PMTUDISC_PROBE
	int probe6 = IPV6_PMTUDISC_PROBE;
	if (!(carrier->options & OPTION_IPV4))
		(void)setsockopt(carrier->descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &probe6, sizeof probe6);
#endif
	(void)carrier;
}

static bool prepare(const struct carrier *carrier, const struct octo_address *local)
{
	int bytes = UDP_BUFFER_BYTES, only = !is_any(local);
	int flags = fcntl(carrier->descriptor, F_GETFL);
	if (flags < 0 || fcntl(carrier->descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(carrier->descriptor, F_SETFD, FD_CLOEXEC) < 0)
		return false;
	/* Larger buffers are a wish; the system's own limit is good enough. */
	(void)setsockopt(carrier->descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	(void)setsockopt(carrier->descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	forbid_fragments(carrier);
	return carrier->options & OPTION_IPV4 ||
	       setsockopt(carrier->descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) == 0;
}

static enum carrier_status opening_status(int error)
{
	switch (error) {
	case EADDRNOTAVAIL:
	case EINVAL:
		return CARRIER_BAD_ADDRESS;
	case EADDRINUSE:
		return CARRIER_IN_USE;
	case EACCES:
	case EPERM:
		return CARRIER_NOT_PERMITTED;
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
		return CARRIER_NO_FAMILY;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return CARRIER_NO_RESOURCES;
	default:
		return CARRIER_FAILED;
	}
}

static enum carrier_status try_open(struct carrier *carrier, const struct octo_address *local)
{
	union socket_address address;
	carrier->descriptor = socket(carrier->options & OPTION_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
	if (carrier->descriptor < 0)
		return opening_status(errno);
	socklen_t size = to_system(carrier, local, &address);
	if (prepare(carrier, local) && bind(carrier->descriptor, &address.any, size) == 0 &&
	    getsockname(carrier->descriptor, &address.any, &size) == 0) {
		carrier->local = from_system(&address);
		return CARRIER_OK;
	}
	enum carrier_status status = opening_status(errno);
	udp_close(carrier);
	return status;
}

enum carrier_status udp_open(struct carrier *carrier, const struct octo_address *local,
                             const struct octo_crypto *crypto, uint32_t options)
{
	*carrier = (struct carrier){ .kind = &udp_kind, .descriptor = -1, .options = options & UDP_WITHOUT_BATCHES };
	if (strcmp(octo_crypto_name(crypto), "sodium") != 0)
		return CARRIER_MODEL_CRYPTO;
	if (is_mapped(local))
		carrier->options |= OPTION_IPV4;
	enum carrier_status status = try_open(carrier, local);
	if (is_any(local) && (status == CARRIER_NO_FAMILY || status == CARRIER_BAD_ADDRESS)) {
		carrier->options |= OPTION_IPV4;
		status = try_open(carrier, local);
	}
	return status;
}
