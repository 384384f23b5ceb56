// SPDX-License-Identifier: GPL-2.0
/*
 * Which cache lines does the module read and write, on which CPU, and how often?
 *
 * The module is built so that the compiler calls a function for each access
 * (-fsanitize=thread), and noted.h does so for writes that it does not see. These are
 * the functions. An access is noted by its cache line and by the place in the code. Not
 * noted are those of the stack, and of packets: whatever this CPU has received since
 * recording began, as sk_buff and as data, belongs to one.
 *
 * In the folder porch_lines of debugfs:
 *
 *	record	written: 1 forgets what was noted, and begins; 0 ends. Read, it has
 *		a line for each that was noted,
 *			CPU ADDRESS r|w COUNT PLACE
 *		with the first address in that cache line, but for those that were
 *		noted only once; and "lost N" if there was no room for N accesses
 *		or lines of packets
 */
#include <linux/cache.h>
#include <linux/debugfs.h>
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched/task_stack.h>
#include <linux/seq_file.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define TABLE_BITS	17

/**
 * struct note - that a cache line was read or written
 * @at: the first address that was; 0 if there is no note here
 * @place: where in the code; 0 is for "belongs to a packet"
 * @count: how many times
 * @write: it was written
 */
struct note {
	unsigned long at;
	unsigned long place;
	u32 count;
	bool write;
};

/**
 * struct table - what was noted on one CPU
 * @note: hashed by line and place, the next free one if it is taken
 * @lost: what there was no room for
 *
 * Touched by its CPU alone, without interrupts, while there is recording.
 */
struct table {
	struct note *note;
	unsigned long lost;
};

static DEFINE_PER_CPU(struct table, tables);
static DEFINE_MUTEX(record_lock);	/* who begins and ends */
static bool recording;
static struct dentry *lines_dir;
static struct tracepoint *receive_tp;

static unsigned long line_of(unsigned long at)
{
	return at / SMP_CACHE_BYTES;
}

/* Return: the note, or the free one where it belongs; NULL if there is none. */
static struct note *find(struct table *t, unsigned long at, unsigned long place)
{
	u32 mask = (1 << TABLE_BITS) - 1;
	u32 i = hash_long(line_of(at) ^ place * GOLDEN_RATIO_64, TABLE_BITS);
	struct note *note;
	u32 tries;

	for (tries = 0; tries < 64; tries++, i++) {
		note = &t->note[i & mask];
		if (!note->at ||
		    (line_of(note->at) == line_of(at) && note->place == place))
			return note;
	}
	return NULL;
}

static void note_line(struct table *t, unsigned long at, unsigned long place, bool write)
{
	struct note *note = find(t, at, place);

	if (!note) {
		t->lost++;
		return;
	}
	if (!note->at) {
		note->at = at;
		note->place = place;
		note->write = write;
	}
	note->count++;
}

static bool is_on_stack(unsigned long at)
{
	unsigned long task = (unsigned long)task_stack_page(current);
	unsigned long irq = (unsigned long)__this_cpu_read(pcpu_hot.hardirq_stack_ptr);

	return at - task < THREAD_SIZE || irq - at < IRQ_STACK_SIZE;
}

static bool is_packet(struct table *t, unsigned long at)
{
	struct note *note = find(t, at, 0);

	return note && note->at;
}

static void note_access(const void *from, unsigned long size, unsigned long place, bool write)
{
	unsigned long at = (unsigned long)from, end = at + size;
	unsigned long flags;
	struct table *t;

	if (!READ_ONCE(recording))
		return;
	local_irq_save(flags);
	t = this_cpu_ptr(&tables);
	/* GCC before 13 knows no better of this_cpu_write() than the place in the area. */
	if (at < TASK_SIZE_MAX) {
		at += __this_cpu_read(this_cpu_off);
		end += __this_cpu_read(this_cpu_off);
	}
	for (; at < end; at = (line_of(at) + 1) * SMP_CACHE_BYTES)
		if (!is_on_stack(at) && !is_packet(t, at))
			note_line(t, at, place, write);
	local_irq_restore(flags);
}

static void note_packet(struct table *t, const void *from, const void *end)
{
	unsigned long at = (unsigned long)from;

	for (; at < (unsigned long)end; at = (line_of(at) + 1) * SMP_CACHE_BYTES)
		note_line(t, at, 0, false);
}

/* A packet comes in. */
static void receive(void *data, struct sk_buff *skb)
{
	struct table *t;
	unsigned long flags;

	if (!READ_ONCE(recording))
		return;
	local_irq_save(flags);
	t = this_cpu_ptr(&tables);
	note_packet(t, skb, skb + 1);
	note_packet(t, skb->head, skb_shinfo(skb) + 1);
	local_irq_restore(flags);
}

/* What the compiler calls, maybe while user memory is open */

static __always_inline void note_seen(const void *at, unsigned long size,
				      unsigned long place, bool write)
{
	unsigned long access = user_access_save();

	note_access(at, size, place, write);
	user_access_restore(access);
}

#define SEEN(name, size, write)						\
	void __tsan_##name(void *at)					\
	{								\
		note_seen(at, size, _RET_IP_, write);			\
	}								\
	EXPORT_SYMBOL_GPL(__tsan_##name)

SEEN(read1, 1, false);
SEEN(read2, 2, false);
SEEN(read4, 4, false);
SEEN(read8, 8, false);
SEEN(read16, 16, false);
SEEN(unaligned_read2, 2, false);
SEEN(unaligned_read4, 4, false);
SEEN(unaligned_read8, 8, false);
SEEN(unaligned_read16, 16, false);
SEEN(write1, 1, true);
SEEN(write2, 2, true);
SEEN(write4, 4, true);
SEEN(write8, 8, true);
SEEN(write16, 16, true);
SEEN(unaligned_write2, 2, true);
SEEN(unaligned_write4, 4, true);
SEEN(unaligned_write8, 8, true);
SEEN(unaligned_write16, 16, true);

void __tsan_init(void) {}
EXPORT_SYMBOL_GPL(__tsan_init);

void __tsan_read_range(void *at, long size)
{
	note_seen(at, size, _RET_IP_, false);
}
EXPORT_SYMBOL_GPL(__tsan_read_range);

void __tsan_write_range(void *at, long size)
{
	note_seen(at, size, _RET_IP_, true);
}
EXPORT_SYMBOL_GPL(__tsan_write_range);

/* What the linker puts in the place of the kernel's functions */

void __wrap__raw_spin_lock(raw_spinlock_t *lock)
{
	note_access(lock, sizeof(*lock), _RET_IP_, true);
	_raw_spin_lock(lock);
}
EXPORT_SYMBOL_GPL(__wrap__raw_spin_lock);

void __wrap__raw_spin_lock_bh(raw_spinlock_t *lock)
{
	note_access(lock, sizeof(*lock), _RET_IP_, true);
	_raw_spin_lock_bh(lock);
}
EXPORT_SYMBOL_GPL(__wrap__raw_spin_lock_bh);

void __wrap__raw_read_lock_bh(rwlock_t *lock)
{
	note_access(lock, sizeof(*lock), _RET_IP_, true);
	_raw_read_lock_bh(lock);
}
EXPORT_SYMBOL_GPL(__wrap__raw_read_lock_bh);

u64 __wrap___siphash_unaligned(const void *data, size_t len, const siphash_key_t *key)
{
	note_access(data, len, _RET_IP_, false);
	note_access(key, sizeof(*key), _RET_IP_, false);
	return __siphash_unaligned(data, len, key);
}
EXPORT_SYMBOL_GPL(__wrap___siphash_unaligned);

u64 __wrap_siphash_1u32(u32 first, const siphash_key_t *key)
{
	note_access(key, sizeof(*key), _RET_IP_, false);
	return siphash_1u32(first, key);
}
EXPORT_SYMBOL_GPL(__wrap_siphash_1u32);

u64 __wrap_siphash_2u64(u64 first, u64 second, const siphash_key_t *key)
{
	note_access(key, sizeof(*key), _RET_IP_, false);
	return siphash_2u64(first, second, key);
}
EXPORT_SYMBOL_GPL(__wrap_siphash_2u64);

int __wrap_memcmp(const void *a, const void *b, size_t size)
{
	note_access(a, size, _RET_IP_, false);
	note_access(b, size, _RET_IP_, false);
	return memcmp(a, b, size);
}
EXPORT_SYMBOL_GPL(__wrap_memcmp);

static int record_show(struct seq_file *m, void *unused)
{
	const struct note *note;
	struct table *t;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		t = per_cpu_ptr(&tables, cpu);
		if (t->lost)
			seq_printf(m, "lost %lu\n", t->lost);
		for (note = t->note; note < t->note + (1 << TABLE_BITS); note++)
			if (note->count > 1 && note->place)
				seq_printf(m, "%u %lx %c %u %pS\n", cpu, note->at,
					   note->write ? 'w' : 'r', note->count,
					   (void *)note->place);
	}
	return 0;
}

static int record_open(struct inode *inode, struct file *file)
{
	return single_open(file, record_show, NULL);
}

static void record_begin(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct table *t = per_cpu_ptr(&tables, cpu);

		memset(t->note, 0, sizeof(*t->note) << TABLE_BITS);
		t->lost = 0;
	}
	WRITE_ONCE(recording, true);
}

static void record_end(void)
{
	WRITE_ONCE(recording, false);
	/* Who notes does so without interrupts. */
	synchronize_rcu();
}

static ssize_t record_write(struct file *file, const char __user *buf, size_t size,
			    loff_t *pos)
{
	bool on;
	int err = kstrtobool_from_user(buf, size, &on);

	if (err)
		return err;
	mutex_lock(&record_lock);
	record_end();
	if (on)
		record_begin();
	mutex_unlock(&record_lock);
	return size;
}

static const struct file_operations record_fops = {
	.owner = THIS_MODULE,
	.open = record_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.write = record_write,
	.release = single_release,
};

static void find_receive(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "netif_receive_skb"))
		receive_tp = tp;
}

static void tables_free(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		vfree(per_cpu_ptr(&tables, cpu)->note);
}

static int __init lines_init(void)
{
	int err = -ENOENT;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct table *t = per_cpu_ptr(&tables, cpu);

		t->note = vzalloc(sizeof(*t->note) << TABLE_BITS);
		if (!t->note) {
			err = -ENOMEM;
			goto free;
		}
	}
	for_each_kernel_tracepoint(find_receive, NULL);
	if (receive_tp)
		err = tracepoint_probe_register(receive_tp, receive, NULL);
	if (err)
		goto free;
	lines_dir = debugfs_create_dir("porch_lines", NULL);
	debugfs_create_file("record", 0600, lines_dir, NULL, &record_fops);
	return 0;
free:
	tables_free();
	return err;
}

static void __exit lines_exit(void)
{
	debugfs_remove(lines_dir);
	record_end();
	tracepoint_probe_unregister(receive_tp, receive, NULL);
	tracepoint_synchronize_unregister();
	tables_free();
}

module_init(lines_init);
module_exit(lines_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Notes which cache lines the packet path reads and writes");
