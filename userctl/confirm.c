// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "confirm.h"
#include "err.h"
#include "parse.h"

#define DIR_NAME	"/run/porch"
#define NAME_SIZE	64

/* What the process that waits is told. */
#define COMMITTED	'c'
#define REFUSED		'r'

/* The file of this network namespace. */
static int file_name(char *name)
{
	struct stat netns;

	if (stat("/proc/self/ns/net", &netns))
		return err_refused("cannot tell the network namespace: %s", strerror(errno));
	snprintf(name, NAME_SIZE, DIR_NAME "/before-%llu", (unsigned long long)netns.st_ino);
	return 0;
}

/* Locks the folder, until the descriptor is closed; negative if that fails. */
static int lock_dir(void)
{
	int dir;

	if (mkdir(DIR_NAME, 0755) && errno != EEXIST)
		return -errno;
	dir = open(DIR_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || flock(dir, LOCK_EX))
		return -errno;
	return dir;
}

static int lock(void)
{
	int dir = lock_dir();

	if (dir < 0)
		err_refused("cannot use " DIR_NAME ": %s", strerror(-dir));
	return dir;
}

/* Whoever waits holds a lock on the file. One that nobody holds was left behind. */
static bool is_awaited(const char *name)
{
	int file = open(name, O_RDONLY | O_CLOEXEC);
	bool awaited;

	if (file < 0)
		return false;
	awaited = flock(file, LOCK_EX | LOCK_NB);
	close(file);
	return awaited;
}

static int refuse_waiting(void)
{
	return err_refused("a commit waits to be confirmed; allowed: confirm, rollback");
}

int confirm_check(void)
{
	char name[NAME_SIZE];

	return file_name(name) ?: is_awaited(name) ? refuse_waiting() : 0;
}

/* Away from the terminal, its session, and all that others wait for us to close */
static void detach(int file, int told)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int low = file < told ? file : told, high = file < told ? told : file;

	setsid();
	signal(SIGPIPE, SIG_IGN);
	if (chdir("/"))
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	/* It is about the devices of later, and keeps a descriptor. */
	parse_device_cache();
	close_range(STDERR_FILENO + 1, low - 1, 0);
	close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

static bool is_removed(int file)
{
	struct stat state;

	return fstat(file, &state) || !state.st_nlink;
}

/* The machine may sleep, so that is not counted; and others may remove the file. */
static void wait_for(uint32_t seconds, int file)
{
	struct timespec now, step = { .tv_nsec = 200000000 };
	int64_t end;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + seconds * 1000LL;
	do {
		nanosleep(&step, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!is_removed(file) &&
		 (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 < end);
}

/* Return: whether it was still ours to take back. */
static bool take_back(const char *name, int file)
{
	char from[32];
	struct ctl ctl = { 0 };
	int dir = lock_dir();

	if (dir < 0 || is_removed(file)) {
		if (dir >= 0)
			close(dir);
		return false;
	}
	unlink(name);
	close(dir);
	snprintf(from, sizeof(from), "/proc/self/fd/%d", file);
	openlog("porchctl", LOG_PID, LOG_DAEMON);
	if (config_restore(&ctl, from))
		syslog(LOG_ERR, "the commit was not confirmed, but cannot be taken back: %s",
		       err_last());
	else
		syslog(LOG_WARNING, "the commit was not confirmed, and has been taken back");
	closelog();
	return true;
}

/* The process that waits. Who has made it may be gone before it says a word. */
static void guard(const char *name, const struct confirm *confirm, int told)
{
	char word = COMMITTED;

	detach(confirm->file, told);
	while (read(told, &word, 1) < 0 && errno == EINTR)
		;
	close(told);
	if (word == COMMITTED) {
		wait_for(confirm->seconds, confirm->file);
		take_back(name, confirm->file);
	} else {
		unlink(name);
	}
	_exit(0);
}

static int start_guard(const char *name, struct confirm *confirm)
{
	int pipes[2];
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return err_refused("cannot make a pipe: %s", strerror(errno));
	fflush(NULL);
	/* From here on it may be our own connection that ends. */
	signal(SIGHUP, SIG_IGN);
	pid = fork();
	if (!pid) {
		close(pipes[1]);
		guard(name, confirm, pipes[0]);
	}
	close(pipes[0]);
	if (pid < 0) {
		close(pipes[1]);
		return err_refused("cannot start a process that waits: %s", strerror(errno));
	}
	confirm->tell = pipes[1];
	return 0;
}

static int create_file(const char *name, struct confirm *confirm)
{
	int dir = lock(), err = 0;

	if (dir < 0)
		return EXIT_REFUSED;
	if (is_awaited(name)) {
		err = refuse_waiting();
	} else {
		unlink(name);
		confirm->file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (confirm->file < 0 || flock(confirm->file, LOCK_EX))
			err = err_refused("cannot create %s: %s", name, strerror(errno));
	}
	close(dir);
	return err;
}

static int write_file(const char *name, int file, FILE *old)
{
	char buf[4096];
	size_t len;
	int err;

	err = ftruncate(file, 0);
	lseek(file, 0, SEEK_SET);
	while (!err && (len = fread(buf, 1, sizeof(buf), old)))
		err = write(file, buf, len) != (ssize_t)len;
	return err ? err_refused("cannot write %s: %s", name, strerror(errno)) : 0;
}

int confirm_prepare(FILE *old, void *arg)
{
	struct confirm *confirm = arg;
	char name[NAME_SIZE];
	bool first = confirm->file < 0;
	int err;

	err = file_name(name) ?: first ? create_file(name, confirm) : 0;
	if (err)
		return err;
	err = write_file(name, confirm->file, old) ?: first ? start_guard(name, confirm) : 0;
	if (err && confirm->tell < 0)
		unlink(name);
	return err;
}

void confirm_begin(struct confirm *confirm, bool committed)
{
	char word = committed ? COMMITTED : REFUSED;

	if (confirm->tell >= 0) {
		/* Whoever is not there to read it needs nothing to be told. */
		if (write(confirm->tell, &word, 1) < 0)
			err_note("nobody waits for the confirmation: %s", strerror(errno));
		close(confirm->tell);
	}
	if (confirm->file >= 0)
		close(confirm->file);
}

int confirm_end(struct ctl *ctl, bool confirmed)
{
	char name[NAME_SIZE], from[32];
	int dir, file, err;

	err = file_name(name);
	if (err)
		return err;
	dir = lock();
	if (dir < 0)
		return EXIT_REFUSED;
	file = is_awaited(name) ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	if (file < 0) {
		close(dir);
		return err_refused("no commit waits to be confirmed");
	}
	unlink(name);
	close(dir);
	snprintf(from, sizeof(from), "/proc/self/fd/%d", file);
	err = confirmed ? 0 : config_restore(ctl, from);
	close(file);
	return err;
}
