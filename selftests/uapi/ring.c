// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/porch in the hands of a program that makes every mistake, some of them
 * intended. All runs on one CPU, so that one ring gets the frames.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/porch.h>
#include <linux/porch_ring.h>

#include "kselftest_harness.h"

#include "ops.h"
#include "rings.h"
#include "scene.h"

#define SIZE		RING_SIZE
#define PAGE		4096

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

FIXTURE(rings) {
	struct client client;
	struct ring ring;
	int wire;
	int references;
};

FIXTURE_SETUP(rings)
{
	ASSERT_TRUE(run_on(0));
	scene_enter(&self->client);
	ASSERT_TRUE(wire_lay(&self->client));
	self->wire = wire_open();
	ASSERT_LE(0, self->wire);
	self->references = references();
	ASSERT_TRUE(ring_open(&self->ring, WIRE));
}

FIXTURE_TEARDOWN(rings)
{
	ring_close(&self->ring);
	EXPECT_EQ(self->references, references());
	close(self->wire);
	client_close(&self->client);
}

/* So many frames come, with the numbers from first on. */
static void expect_frames(struct __test_metadata *_metadata, struct ring *r, int wire,
			  uint8_t first, int count)
{
	struct porch_ring_frame *frame;
	int i;

	for (i = 0; i < count; i++)
		ASSERT_TRUE(wire_send(wire, first + i));
	for (i = 0; i < count; i++) {
		ASSERT_EQ(POLLIN, ring_poll(r, 10000));
		frame = ring_peek(r);
		ASSERT_NE(NULL, frame);
		EXPECT_TRUE(is_frame(frame, first + i));
		ring_release(r, frame);
	}
	EXPECT_EQ(NULL, ring_peek(r));
	EXPECT_EQ(0, ring_poll(r, 0));
}

/* What is still on its way comes before this, and is let go. */
static void settle(struct __test_metadata *_metadata, struct ring *r, int wire)
{
	struct porch_ring_frame *frame;
	bool last;

	while (ring_poll(r, 100) == POLLIN)
		r->ctl->cons = r->ctl->prod;
	ASSERT_TRUE(wire_send(wire, 250));
	do {
		ASSERT_EQ(POLLIN, ring_poll(r, 10000));
		frame = ring_peek(r);
		ASSERT_NE(NULL, frame);
		last = is_frame(frame, 250);
		ring_release(r, frame);
	} while (!last);
}

TEST_F(rings, layout)
{
	struct porch_ring_head *head = (void *)self->ring.map;
	uint8_t *entries = self->ring.map + head->entries;
	uint64_t end = head->entries + head->n_entries * head->entry_size;
	uint32_t i;

	EXPECT_EQ(PORCH_RING_MAGIC, head->magic);
	EXPECT_EQ(PORCH_RING_VERSION, head->version);
	EXPECT_EQ(self->ring.map_size, head->map_size);
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_CONF), head->n_entries);
	for (i = 0; i < head->n_entries; i++) {
		struct porch_ring_entry *entry = (void *)(entries + i * head->entry_size);

		EXPECT_EQ(PORCH_RING_RX, entry->type);
		EXPECT_EQ(i, entry->cpu);
		EXPECT_EQ(SIZE, entry->size);
		EXPECT_EQ(0, entry->ctl % 64);
		EXPECT_EQ(0, entry->data % 64);
		EXPECT_LE(end, entry->ctl);
		EXPECT_LE(entry->ctl + sizeof(struct porch_ring_ctl), entry->data);
		end = entry->data + entry->size;
	}
	EXPECT_EQ(head->map_size, end);
}

TEST_F(rings, a_frame)
{
	uint64_t before = now();
	struct porch_ring_frame *f;

	ASSERT_TRUE(wire_send(self->wire, 1));
	ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
	f = ring_peek(&self->ring);
	ASSERT_NE(NULL, f);
	EXPECT_TRUE(is_frame(f, 1));
	EXPECT_EQ(0, f->len % PORCH_RING_ALIGN);
	EXPECT_LE(f->data + f->caplen, f->len);
	EXPECT_EQ(WIRE, f->ifindex);
	EXPECT_EQ(0, f->flags & (PORCH_RING_F_OUT | PORCH_RING_F_VLAN));
	EXPECT_EQ(14, f->net);
	EXPECT_EQ(0, (f->data + f->net) % 4);
	EXPECT_EQ(1 /* ARPHRD_ETHER */, f->link);
	EXPECT_EQ(PORCH_RING_GSO_NONE, f->gso_type);
	EXPECT_EQ(0, f->lost);
	EXPECT_EQ(0, f->id);
	EXPECT_EQ(0, f->to);
	EXPECT_LE(before, f->time);
	EXPECT_GE(now(), f->time);
	ring_release(&self->ring, f);
	EXPECT_EQ(1, self->ring.ctl->frames);
	EXPECT_EQ(0, self->ring.ctl->lost);
}

/* Several times around, and the indices overflow on the way. */
TEST_F_TIMEOUT(rings, around, 120)
{
	uint32_t start = self->ring.ctl->prod;
	int i;

	for (i = 0; i < 100; i++)
		expect_frames(_metadata, &self->ring, self->wire, i * 7, 7);
	EXPECT_GT(start, self->ring.ctl->prod);
	EXPECT_EQ(700, self->ring.ctl->frames);
}

/* No room: lost, counted, and the next one tells. */
TEST_F(rings, loss)
{
	struct porch_ring_frame *frame;
	uint64_t lost;
	int i, got = 0;

	for (i = 0; i < 100; i++)
		ASSERT_TRUE(wire_send(self->wire, i));
	ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
	while (self->ring.ctl->frames + self->ring.ctl->lost < 100)
		usleep(1000);
	lost = self->ring.ctl->lost;
	EXPECT_LT(0, lost);
	while ((frame = ring_peek(&self->ring))) {
		EXPECT_TRUE(is_frame(frame, got++));
		EXPECT_EQ(0, frame->lost);
		ring_release(&self->ring, frame);
	}
	EXPECT_EQ(100, got + lost);
	ASSERT_TRUE(wire_send(self->wire, 7));
	ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
	frame = ring_peek(&self->ring);
	EXPECT_TRUE(is_frame(frame, 7));
	EXPECT_EQ(lost, frame->lost);
}

TEST_F(rings, two_readers)
{
	struct porch_ring_frame *frame;
	struct ring other;

	/* One of all ports */
	ASSERT_TRUE(ring_open(&other, 0));
	expect_frames(_metadata, &self->ring, self->wire, 50, 5);
	frame = ring_peek(&other);
	ASSERT_NE(NULL, frame);
	EXPECT_TRUE(is_frame(frame, 50));
	EXPECT_EQ(5, other.ctl->frames);
	ring_close(&other);
	expect_frames(_metadata, &self->ring, self->wire, 55, 5);
}

/* An index that lies: nothing comes, all is counted, and it may repent. */
TEST_F_TIMEOUT(rings, lying_index, 120)
{
	static const uint32_t lies[] = { 1, 64, 4096, SIZE, SIZE + 1, 1U << 31, -SIZE - 1U };
	struct porch_ring_ctl *ctl = self->ring.ctl;
	struct porch_ring_frame *frame;
	uint32_t honest;
	size_t i;
	int n;

	for (i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		uint64_t before = ctl->frames + ctl->lost;

		honest = ctl->cons;
		ctl->cons = honest + lies[i];
		/*
		 * Room that is known from before may be used up first; a lie may
		 * have become an index that is possible by then.
		 */
		for (n = 0; n < 200; n++)
			ASSERT_TRUE(wire_send(self->wire, n));
		while (ctl->frames + ctl->lost < before + 200)
			usleep(1000);
		ctl->cons = ctl->prod;
		ASSERT_TRUE(wire_send(self->wire, 99));
		ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
		frame = ring_peek(&self->ring);
		ASSERT_NE(NULL, frame);
		EXPECT_TRUE(is_frame(frame, 99));
		EXPECT_LE(200 - SIZE / FRAME, frame->lost);
		ring_release(&self->ring, frame);
	}
}

/* Scribbles over all of it, while frames come and others poll. */
TEST_F_TIMEOUT(rings, scribble, 120)
{
	struct ring *r = &self->ring;
	unsigned int seed = 4711, i;
	pid_t pid;

	pid = child();
	ASSERT_LE(0, pid);
	if (!pid)
		for (;;) {
			wire_send(self->wire, 1);
			ring_poll(r, 0);
		}
	for (i = 0; i < 200; i++) {
		uint32_t *word = (uint32_t *)r->map;
		uint32_t n = r->map_size / 4;

		while (n--)
			*word++ = rand_r(&seed) << 6;
		r->ctl->cons = rand_r(&seed);
		r->ctl->prod = rand_r(&seed);
		ring_poll(r, 0);
		sched_yield();
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Of no use to itself any more, but to nobody's harm. */
	ring_close(r);
	ASSERT_TRUE(ring_open(r, WIRE));
	settle(_metadata, r, self->wire);
	expect_frames(_metadata, r, self->wire, 1, 3);
}

TEST_F(rings, setup_refused)
{
	static const struct porch_ring_setup wrong[] = {
		{ .size = 0 },
		{ .size = SIZE, .flags = 1 },
		{ .size = SIZE + PAGE },
		{ .size = SIZE / 2 },
		{ .size = 1U << 31 },
		{ .size = SIZE, .snaplen = SIZE / 4 + 1 },
		{ .size = SIZE, .snaplen = ~0U },
	};
	int fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	struct {
		struct porch_ring_setup setup;
		uint64_t more;
	} longer = { { .size = SIZE } };
	struct porch_ring_setup setup;
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	uint64_t map_size;
	size_t i;
	char c;
	void *p;

	ASSERT_LE(0, fd);
	/* Nothing is possible before. */
	EXPECT_EQ(-1, ring_tap(fd, 0));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(POLLERR, pollfd.revents);
	EXPECT_EQ(-1, read(fd, &c, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(fd, "x", 1));
	EXPECT_EQ(EINVAL, errno);

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		setup = wrong[i];
		EXPECT_EQ(-1, ioctl(fd, PORCH_RING_SETUP, &setup));
		EXPECT_EQ(EINVAL, errno)
			TH_LOG("%zu", i);
	}
	EXPECT_EQ(-1, ioctl(fd, PORCH_RING_SETUP, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(fd, _IOWR(PORCH_RING_IOCTL, 1, uint64_t), &longer));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(fd, _IOW(PORCH_RING_IOCTL, 1, longer), &longer));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(fd, _IOWR(PORCH_RING_IOCTL, 9, longer), &longer));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(fd, TIOCGWINSZ, &longer));
	EXPECT_EQ(ENOTTY, errno);
	longer.more = 1;
	EXPECT_EQ(-1, ioctl(fd, _IOWR(PORCH_RING_IOCTL, 1, longer), &longer));
	EXPECT_EQ(E2BIG, errno);

	/* What cannot be answered has not happened. */
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, p);
	memcpy(p, &longer.setup, sizeof(longer.setup));
	ASSERT_EQ(0, mprotect(p, PAGE, PROT_READ));
	EXPECT_EQ(-1, ioctl(fd, PORCH_RING_SETUP, p));
	EXPECT_EQ(EFAULT, errno);

	/* A longer structure, of a later version, is fine. */
	longer.more = 0;
	EXPECT_EQ(0, ioctl(fd, _IOWR(PORCH_RING_IOCTL, 1, longer), &longer));
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_CONF), longer.setup.rings);
	EXPECT_EQ(-1, ring_setup(fd, SIZE, &map_size));
	EXPECT_EQ(EBUSY, errno);
	close(fd);
}

/*
 * A page that holds up who writes to it, or NULL if the kernel has none; its faults come
 * by the descriptor.
 */
static void *sticky_page(struct __test_metadata *_metadata, int *uffd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_writeprotect protect = { .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_WP };
	void *p;

	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, p);
	memcpy(p, &(struct porch_ring_setup) { .size = SIZE }, sizeof(struct porch_ring_setup));
	*uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	ASSERT_LE(0, *uffd);
	ASSERT_EQ(0, ioctl(*uffd, UFFDIO_API, &api));
	if (!(api.features & UFFD_FEATURE_PAGEFAULT_FLAG_WP))
		return NULL;
	reg.range = (struct uffdio_range) { (uintptr_t)p, PAGE };
	ASSERT_EQ(0, ioctl(*uffd, UFFDIO_REGISTER, &reg));
	protect.range = reg.range;
	ASSERT_EQ(0, ioctl(*uffd, UFFDIO_WRITEPROTECT, &protect));
	return p;
}

struct sticky {
	int fd;
	void *page;
	int err;
};

static void *set_up_slowly(void *arg)
{
	struct sticky *sticky = arg;

	sticky->err = ioctl(sticky->fd, PORCH_RING_SETUP, sticky->page);
	return NULL;
}

static char state_of(pid_t pid)
{
	char path[32], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (file)
		fclose(file);
	return state;
}

/* Whoever waits for somebody else's set-up can be killed. */
TEST_F_TIMEOUT(rings, setup_waits_and_is_killed, 120)
{
	struct uffdio_writeprotect protect = {};
	struct sticky sticky = {};
	struct uffd_msg msg;
	uint64_t map_size;
	pthread_t thread;
	pid_t pid, dead;
	int i, uffd;

	sticky.page = sticky_page(_metadata, &uffd);
	if (!sticky.page)
		SKIP(return, "pages cannot be protected from writing here");
	sticky.fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, sticky.fd);
	ASSERT_EQ(0, pthread_create(&thread, NULL, set_up_slowly, &sticky));
	ASSERT_EQ((ssize_t)sizeof(msg), read(uffd, &msg, sizeof(msg)));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(ring_setup(sticky.fd, SIZE, &map_size));
	for (i = 0; i < 10000 && state_of(pid) != 'D'; i++)
		usleep(1000);
	EXPECT_EQ('D', state_of(pid));
	kill(pid, SIGKILL);
	for (i = 0; i < 5000 && !(dead = waitpid(pid, NULL, WNOHANG)); i++)
		usleep(1000);
	EXPECT_EQ(pid, dead)
		TH_LOG("it still waits");

	protect.range = (struct uffdio_range) { (uintptr_t)sticky.page, PAGE };
	ASSERT_EQ(0, ioctl(uffd, UFFDIO_WRITEPROTECT, &protect));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, sticky.err);
	close(uffd);
	close(sticky.fd);
}

TEST_F(rings, tap_refused)
{
	static const struct {
		struct porch_ring_tap tap;
		int error;
	} wrong[] = {
		{ { .ifindex = WIRE, .flags = 1 }, EINVAL },
		{ { .ifindex = 1U << 31 }, EINVAL },
		{ { .ifindex = WIRE }, EEXIST },
		{ { .ifindex = OTHER_END }, ENOENT },
		{ { .ifindex = 4711 }, ENOENT },
	};
	struct porch_ring_tap tap;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		tap = wrong[i].tap;
		EXPECT_EQ(-1, ioctl(self->ring.fd, PORCH_RING_TAP, &tap));
		EXPECT_EQ(wrong[i].error, errno)
			TH_LOG("%zu", i);
	}
	EXPECT_EQ(-1, ioctl(self->ring.fd, _IOW(PORCH_RING_IOCTL, 2, uint32_t), &tap));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, ring_tap(self->ring.fd, 0));
	EXPECT_EQ(-1, ring_tap(self->ring.fd, 0));
	EXPECT_EQ(EEXIST, errno);
	EXPECT_EQ(-1, ring_tap(self->ring.fd, atoi(PORT)));
	EXPECT_EQ(EEXIST, errno);
	/* No frame comes twice. */
	expect_frames(_metadata, &self->ring, self->wire, 1, 3);
}

TEST_F(rings, mmap_refused)
{
	static const struct {
		int prot;
		int flags;
		long more;
		off_t offset;
		int error;
	} wrong[] = {
		{ PROT_READ, MAP_SHARED, -PAGE, 0, EINVAL },
		{ PROT_READ, MAP_SHARED, PAGE, 0, EINVAL },
		{ PROT_READ, MAP_SHARED, -PAGE, PAGE, EINVAL },
		{ PROT_READ, MAP_SHARED, 0, PAGE, EINVAL },
		{ PROT_READ | PROT_WRITE, MAP_PRIVATE, 0, 0, EINVAL },
		{ PROT_READ, MAP_PRIVATE, 0, 0, EINVAL },
		{ PROT_READ | PROT_EXEC, MAP_SHARED, 0, 0, EPERM },
	};
	struct ring *r = &self->ring;
	uint64_t map_size;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		EXPECT_EQ(MAP_FAILED, mmap(NULL, r->map_size + wrong[i].more, wrong[i].prot,
					   wrong[i].flags, r->fd, wrong[i].offset));
		EXPECT_EQ(wrong[i].error, errno)
			TH_LOG("%zu", i);
	}
	EXPECT_EQ(-1, mprotect(r->map, r->map_size, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	fd = open("/dev/porch", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ring_setup(fd, SIZE, &map_size));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, map_size, PROT_READ, MAP_SHARED, fd, 0));
	EXPECT_EQ(EINVAL, errno);
	close(fd);
}

TEST_F(rings, fork)
{
	int status;
	pid_t pid;

	expect_frames(_metadata, &self->ring, self->wire, 1, 2);
	ASSERT_TRUE(wire_send(self->wire, 3));
	pid = child();
	ASSERT_LE(0, pid);
	if (!pid) {
		struct porch_ring_frame *frame;

		ring_poll(&self->ring, 10000);
		frame = ring_peek(&self->ring);
		if (!frame || !is_frame(frame, 3))
			_exit(1);
		ring_release(&self->ring, frame);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	/* What the child has released is released. */
	EXPECT_EQ(NULL, ring_peek(&self->ring));
	expect_frames(_metadata, &self->ring, self->wire, 4, 30);
}

TEST_F(rings, mremap)
{
	struct ring *r = &self->ring;
	size_t size = r->map_size;
	void *place, *map;

	EXPECT_EQ(MAP_FAILED, mremap(r->map, size, size + PAGE, MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(MAP_FAILED, mremap(r->map, 0, size, MREMAP_MAYMOVE));
	expect_frames(_metadata, r, self->wire, 1, 3);

	place = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, place);
	map = mremap(r->map, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	ASSERT_EQ(place, map);
	r->map = map;
	ring_find(r);
	expect_frames(_metadata, r, self->wire, 4, 3);

	/* Without the last CPU's last page, until it is gone. */
	map = mremap(r->map, size, size - PAGE, 0);
	ASSERT_EQ(r->map, map);
	r->map_size -= PAGE;
	expect_frames(_metadata, r, self->wire, 7, 3);
}

TEST_F_TIMEOUT(rings, partial_unmap, 120)
{
	struct ring *r = &self->ring;
	uint8_t *page = r->data + PAGE;
	int i;

	/* Memory that was dropped comes back as it was. */
	expect_frames(_metadata, r, self->wire, 1, 3);
	ASSERT_EQ(0, madvise(r->map, r->map_size, MADV_DONTNEED));
	expect_frames(_metadata, r, self->wire, 4, 3);

	/* The kernel goes on, whatever we cannot see. */
	ASSERT_EQ(0, munmap(page, PAGE));
	for (i = 0; i < 200; i++) {
		ASSERT_TRUE(wire_send(self->wire, i));
		while (r->ctl->frames + r->ctl->lost < 7U + i)
			usleep(1000);
		r->ctl->cons = r->ctl->prod;
	}
	EXPECT_EQ(206, r->ctl->frames);

	/* Not even the head, and then not even the file. */
	ASSERT_EQ(0, munmap(r->map, PAGE));
	close(r->fd);
	for (i = 0; i < 100; i++)
		ASSERT_TRUE(wire_send(self->wire, i));
	EXPECT_LT(self->references, references());
	ASSERT_EQ(0, munmap(r->map, r->map_size));
	EXPECT_EQ(self->references, references());
	ASSERT_TRUE(ring_open(r, WIRE));
	settle(_metadata, r, self->wire);
	expect_frames(_metadata, r, self->wire, 7, 3);
}

/* Killed at any moment, under traffic. */
TEST_F_TIMEOUT(rings, exit_in_the_middle, 120)
{
	int i, status;
	pid_t pid;

	for (i = 0; i < 20; i++) {
		pid = child();
		ASSERT_LE(0, pid);
		if (!pid) {
			struct ring r;

			for (;;) {
				if (!ring_open(&r, i % 2 ? WIRE : 0))
					_exit(1);
				if (i % 3)
					ring_poll(&r, 1);
				ring_close(&r);
			}
		}
		while (!waitpid(pid, &status, WNOHANG) && rand() % 50)
			ASSERT_TRUE(wire_send(self->wire, i));
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		self->ring.ctl->cons = self->ring.ctl->prod;
	}
	EXPECT_EQ(self->references + 1, references());
	self->ring.ctl->cons = self->ring.ctl->prod;
	settle(_metadata, &self->ring, self->wire);
	expect_frames(_metadata, &self->ring, self->wire, 1, 3);
}

TEST_F_TIMEOUT(rings, memory_limit, 120)
{
	size_t size = self->ring.map_size;
	struct rlimit limit = { size + size / 2, size + size / 2 };
	struct rlimit none = { PAGE, PAGE };
	struct ring one, two;
	int i;

	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	/* Whoever may lock memory is not limited. */
	ASSERT_TRUE(ring_open(&one, WIRE));
	ASSERT_TRUE(ring_open(&two, WIRE));
	ring_close(&one);
	ring_close(&two);

	ASSERT_TRUE(give_up(CAP_IPC_LOCK));
	for (i = 0; i < 5; i++) {
		ASSERT_TRUE(ring_open(&one, WIRE))
			TH_LOG("%d: %s", i, strerror(errno));
		EXPECT_FALSE(ring_open(&two, WIRE));
		EXPECT_EQ(ENOBUFS, errno);
		close(two.fd);
		/* What is mapped is charged, even if the file is closed. */
		close(one.fd);
		EXPECT_FALSE(ring_open(&two, WIRE));
		EXPECT_EQ(ENOBUFS, errno);
		close(two.fd);
		ASSERT_EQ(0, munmap(one.map, one.map_size));
	}
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &none));
	EXPECT_FALSE(ring_open(&two, WIRE));
	EXPECT_EQ(ENOBUFS, errno);
	close(two.fd);
}

TEST_F(rings, permission)
{
	int status;
	pid_t pid;

	pid = child();
	ASSERT_LE(0, pid);
	if (!pid) {
		/* Root of a user namespace, and of the network in it */
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
			_exit(1);
		_exit(open("/dev/porch", O_RDWR) < 0 && errno == EPERM ? 0 : 2);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_TRUE(give_up(CAP_NET_RAW));
	EXPECT_EQ(-1, open("/dev/porch", O_RDWR));
	EXPECT_EQ(EPERM, errno);
	/* One that is open stays so. */
	expect_frames(_metadata, &self->ring, self->wire, 1, 3);
}

/* An open ring holds the module, and so does a mapping alone. */
TEST_F(rings, module_stays)
{
	EXPECT_EQ(-1, syscall(SYS_delete_module, "porch", O_NONBLOCK));
	EXPECT_EQ(EAGAIN, errno);
	close(self->ring.fd);
	EXPECT_EQ(-1, syscall(SYS_delete_module, "porch", O_NONBLOCK));
	EXPECT_EQ(EAGAIN, errno);
}

/* The sender of the next tests: a frame for each byte that comes. */
static void send_on_demand(int wire, int pipe_fd)
{
	uint8_t number;

	while (read(pipe_fd, &number, 1) == 1)
		wire_send(wire, number);
	_exit(0);
}

/* A single frame wakes who sleeps, in no time. */
TEST_F(rings, wakes)
{
	struct porch_ring_frame *frame;
	uint64_t best = -1ULL, late;
	int ends[2], i;
	uint8_t n;

	ASSERT_EQ(0, pipe(ends));
	if (!child()) {
		close(ends[1]);
		send_on_demand(self->wire, ends[0]);
	}
	for (i = 0; i < 50; i++) {
		n = i;
		ASSERT_EQ(1, write(ends[1], &n, 1));
		ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
		late = now();
		frame = ring_peek(&self->ring);
		ASSERT_TRUE(frame && is_frame(frame, n));
		late -= frame->time;
		best = late < best ? late : best;
		ring_release(&self->ring, frame);
	}
	TH_LOG("woken after %llu us at best", (unsigned long long)best / 1000);
	EXPECT_GT(10000000ULL, best);
	close(ends[1]);
	wait(NULL);
}

/*
 * No wakeup is ever lost, with the sender on another CPU, where there is one, and
 * with either kind of epoll.
 */
static void never_lost(struct __test_metadata *_metadata, struct ring *r, int wire,
		       uint32_t trigger)
{
	struct epoll_event event = { .events = EPOLLIN | trigger };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct porch_ring_frame *frame;
	int ends[2], i;
	uint8_t n;

	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, r->fd, &event));
	ASSERT_EQ(0, pipe(ends));
	/* The frames still come in on CPU 0. */
	if (!child()) {
		close(ends[1]);
		send_on_demand(wire, ends[0]);
	}
	run_on(1);
	for (i = 0; i < 2000; i++) {
		n = i;
		ASSERT_EQ(1, write(ends[1], &n, 1));
		/* The last look: behind the store of the index, by a full barrier. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		while (!(frame = ring_peek(r))) {
			ASSERT_EQ(1, epoll_wait(epoll, &event, 1, 5000))
				TH_LOG("frame %d", i);
		}
		EXPECT_TRUE(is_frame(frame, n));
		ring_release(r, frame);
	}
	close(ends[1]);
	wait(NULL);
	close(epoll);
}

TEST_F_TIMEOUT(rings, epoll_level, 120)
{
	never_lost(_metadata, &self->ring, self->wire, 0);
}

TEST_F_TIMEOUT(rings, epoll_edge, 120)
{
	never_lost(_metadata, &self->ring, self->wire, EPOLLET);
}

/* Who waits before the set-up is woken by what comes after it. */
TEST_F(rings, epoll_first)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
	uint64_t map_size;

	ASSERT_LE(0, epoll);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	ASSERT_EQ(0, ring_setup(fd, SIZE, &map_size));
	ASSERT_EQ(0, ring_tap(fd, WIRE));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	ASSERT_TRUE(wire_send(self->wire, 1));
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, 5000));
	EXPECT_EQ(EPOLLIN, event.events);
	close(fd);
	close(epoll);
}

TEST_F(rings, port_goes)
{
	struct ring all;

	ASSERT_TRUE(ring_open(&all, 0));
	ASSERT_TRUE(wire_send(self->wire, 1));
	ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
	scene_ask(&self->client, PORCH_CMD_PORT_DEL, "ifindex=" WIRE_TEXT);
	/* What has come is still there, nothing more will come. */
	EXPECT_EQ(POLLIN | POLLHUP, ring_poll(&self->ring, 10000));
	self->ring.ctl->cons = self->ring.ctl->prod;
	EXPECT_EQ(POLLHUP, ring_poll(&self->ring, 10000));
	all.ctl->cons = all.ctl->prod;
	EXPECT_EQ(0, ring_poll(&all, 0));
	EXPECT_EQ(-1, ring_tap(self->ring.fd, WIRE));
	EXPECT_EQ(ENOENT, errno);

	scene_ask(&self->client, PORCH_CMD_PORT_ADD, "ifindex=" WIRE_TEXT);
	EXPECT_EQ(POLLHUP, ring_poll(&self->ring, 0));
	EXPECT_EQ(0, ring_tap(self->ring.fd, WIRE));
	expect_frames(_metadata, &self->ring, self->wire, 2, 3);
	EXPECT_EQ(4, all.ctl->frames);
	ring_close(&all);

	/* The device goes, and the port with it. */
	ASSERT_EQ(0, system("ip link del v0"));
	EXPECT_EQ(POLLHUP, ring_poll(&self->ring, 10000));
}

/* Nobody is left in the namespace but an open ring, which does not hold it. */
TEST_F_TIMEOUT(rings, namespace_goes, 120)
{
	struct porch_ring_frame *frame;
	int home;

	ASSERT_TRUE(wire_send(self->wire, 1));
	ASSERT_EQ(POLLIN, ring_poll(&self->ring, 10000));
	close(self->wire);
	client_close(&self->client);
	home = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, home);
	ASSERT_EQ(0, setns(home, CLONE_NEWNET));

	frame = ring_peek(&self->ring);
	ASSERT_NE(NULL, frame);
	EXPECT_TRUE(is_frame(frame, 1));
	ring_release(&self->ring, frame);
	EXPECT_EQ(POLLHUP, ring_poll(&self->ring, 20000));
	/* Its port goes first; then it itself. */
	while (ring_tap(self->ring.fd, 0) != -1 || errno != ENODEV)
		usleep(10000);
	EXPECT_EQ(POLLHUP, ring_poll(&self->ring, 20000));

	ASSERT_EQ(0, client_open(&self->client));
	self->wire = -1;
}

TEST_HARNESS_MAIN
