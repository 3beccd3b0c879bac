// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crowd NUMBER [PORT [EACH]] - hold many connections to 127.0.0.1; crowd.py drives it
 *
 * The connections come from addresses of the loopback network from 127.1.0.1 on, EACH
 * of them from one (5000).  When all are there, "connected NUMBER" is printed.  Then
 * standard input has commands, and each is answered by a line:
 *
 * ask TARGET		request TARGET with HEAD on every connection: "asked GOOD",
 *			how many were answered 200
 * open			"open NUMBER", of the connections on which nothing has come, neither an
 *			octet nor the server's end
 * drive REQUESTS TARGET request TARGET with GET on every connection again and again,
 *			until there are that many responses: "drove ELAPSED OWN", in ns, where
 *			OWN is processor time of this program
 * reset		reset all connections and end
 *
 * At the end of standard input all connections are closed.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

/* Seconds that no answer takes. */
#define PATIENCE	300
/* Requests on their way at once. */
#define BATCH		256
/* Longest response to "drive". */
#define RESPONSE	65536

static int number;
static int *sockets;

/* Connect from the address that socket @i is to come from. */
static int open_socket(int i, int port, int each)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	const int yes = 1;
	struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl((127 << 24 | 1 << 16 | 1) + (i / each)),
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket %d", i);
	setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof(yes));
	setsockopt(fd, SOL_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
		err(1, "bind %d", i);
	while (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		if (errno != EINTR)
			err(1, "connect %d", i);
	return fd;
}

/* Receive a head; return whether its status is 200. */
static int good_head(int fd)
{
	static char head[RESPONSE];
	size_t len = 0;

	while (len < 4 || memcmp(head + len - 4, "\r\n\r\n", 4)) {
		ssize_t got = recv(fd, head + len, sizeof(head) - len, 0);

		if (got <= 0)
			return 0;
		len += got;
	}
	return !memcmp(head, "HTTP/1.1 200 ", 13);
}

static void ask(const char *target)
{
	char request[1024];
	int size = snprintf(request, sizeof(request), "HEAD %s HTTP/1.1\r\nHost: test\r\n\r\n", target);
	int good = 0;

	for (int first = 0; first < number; first += BATCH) {
		int end = first + BATCH < number ? first + BATCH : number;

		for (int i = first; i < end; i++)
			send(sockets[i], request, size, MSG_NOSIGNAL);
		for (int i = first; i < end; i++)
			good += good_head(sockets[i]);
	}
	printf("asked %d\n", good);
}

static void count_open(void)
{
	int open = 0;
	char octet;

	for (int i = 0; i < number; i++)
		open += recv(sockets[i], &octet, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
	printf("open %d\n", open);
}

static long long now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return 1000000000LL * time.tv_sec + time.tv_nsec;
}

/* Request something once and return how long the response is, head included. */
static size_t response_size(int fd, const char *request, int size)
{
	static char response[RESPONSE + 1];
	const char *body, *field;
	size_t len = 0;

	if (send(fd, request, size, MSG_NOSIGNAL) != size)
		err(1, "send");
	do {
		ssize_t got = recv(fd, response + len, RESPONSE - len, 0);

		if (got <= 0)
			errx(1, "no response");
		len += got;
		response[len] = 0;
		body = strstr(response, "\r\n\r\n");
	} while (!body);
	field = strstr(response, "\r\nContent-Length: ");
	if (strncmp(response, "HTTP/1.1 200 ", 13) || !field || field > body)
		errx(1, "no response to measure by: %s", response);
	size = body + 4 - response + atoi(field + 18);
	if (size > RESPONSE)
		errx(1, "the response is too long");
	while (len < (size_t)size) {
		ssize_t got = recv(fd, response, size - len, 0);

		if (got <= 0)
			errx(1, "the response is cut");
		len += got;
	}
	return size;
}

/* Every response is as long as the first, which leaves little to do here. */
static void drive(long requests, const char *target)
{
	static char response[RESPONSE];
	struct epoll_event events[BATCH];
	char request[1024];
	int size = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", target);
	size_t whole = response_size(sockets[0], request, size);
	size_t *got = calloc(number, sizeof(*got));
	long asked = 0, answered = 0;
	long long begun, own;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (!got || epoll < 0)
		err(1, "drive");
	for (int i = 0; i < number; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &event))
			err(1, "epoll");
	}
	begun = now(CLOCK_MONOTONIC);
	own = now(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < number && asked < requests; i++, asked++)
		send(sockets[i], request, size, MSG_NOSIGNAL);
	while (answered < asked) {
		int ready = epoll_wait(epoll, events, BATCH, 1000 * PATIENCE);

		if (ready <= 0)
			errx(1, "clients wait for nothing");
		for (int e = 0; e < ready; e++) {
			int i = events[e].data.u32;
			ssize_t len = recv(sockets[i], response, whole - got[i], 0);

			if (len <= 0 || (!got[i] && memcmp(response, "HTTP/1.1 200 ", len < 13 ? len : 13)))
				errx(1, "client %d has got no good answer", i);
			got[i] += len;
			if (got[i] < whole)
				continue;
			got[i] = 0;
			answered++;
			if (asked < requests && send(sockets[i], request, size, MSG_NOSIGNAL) == size)
				asked++;
		}
	}
	begun = now(CLOCK_MONOTONIC) - begun;
	own = now(CLOCK_PROCESS_CPUTIME_ID) - own;
	printf("drove %lld %lld\n", begun, own);
	close(epoll);
	free(got);
}

static void reset(void)
{
	const struct linger now = { .l_onoff = 1 };

	for (int i = 0; i < number; i++) {
		setsockopt(sockets[i], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(sockets[i]);
	}
	exit(0);
}

static void allow_files(rlim_t files)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = files;
	if (limit.rlim_max < files)
		limit.rlim_max = files;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "not so many files");
}

int main(int argc, char **argv)
{
	int port = argc > 2 ? atoi(argv[2]) : 80;
	int each = argc > 3 ? atoi(argv[3]) : 5000;
	char line[1024], target[1024];
	long requests;

	number = argc > 1 ? atoi(argv[1]) : 0;
	if (number < 1 || port < 1 || each < 1)
		errx(2, "usage: crowd NUMBER [PORT [EACH]]");
	allow_files(number + 64);
	sockets = calloc(number, sizeof(*sockets));
	if (!sockets)
		err(1, "memory");
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < number; i++)
		sockets[i] = open_socket(i, port, each);
	printf("connected %d\n", number);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "ask %1023s", target) == 1)
			ask(target);
		else if (sscanf(line, "drive %ld %1023s", &requests, target) == 2)
			drive(requests, target);
		else if (!strcmp(line, "open\n"))
			count_open();
		else if (!strcmp(line, "reset\n"))
			reset();
		else
			errx(2, "no such command: %s", line);
	}
	return 0;
}
