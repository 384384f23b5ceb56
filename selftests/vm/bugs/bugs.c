// SPDX-License-Identifier: GPL-2.0
/*
 * Deliberate bugs, one per load:
 *
 *	insmod porch_bugs.ko bug=use-after-free
 *
 * Each is of a kind that some checker of the kernel's reports. Where that one is not
 * built in, some of them do real harm; never load this outside of a VM. See
 * selftests/vm/checkers.sh.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

static char *bug = "none";
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "which one");

/* The compiler must not see that anything is wrong. */
static noinline int hidden(int n)
{
	OPTIMIZER_HIDE_VAR(n);
	return n;
}

static noinline void poke(char *p, int at)
{
	WRITE_ONCE(p[at], 1);
}

static void nothing(void)
{
}

static void slab_bounds(void)
{
	char *p = kmalloc(40, GFP_KERNEL);

	if (p)
		poke(p, hidden(40));
	kfree(p);
}

static void use_after_free(void)
{
	char *p = kmalloc(40, GFP_KERNEL);

	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	if (p)
		poke(p, 0);
}

/* Within the page, as the one behind is not there. */
static void vmalloc_bounds(void)
{
	char *p = vmalloc(100);

	if (p)
		poke(p, hidden(112));
	vfree(p);
}

static void stack_bounds(void)
{
	char a[16] = "";

	poke(a, hidden(16));
}

static DEFINE_SPINLOCK(first);
static DEFINE_SPINLOCK(second);

static void lock_order(void)
{
	spin_lock(&first);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&first);

	spin_lock(&second);
	spin_lock(&first);
	spin_unlock(&first);
	spin_unlock(&second);
}

static void take_first(struct timer_list *timer)
{
	spin_lock(&first);
	spin_unlock(&first);
}

/* The timer could interrupt who holds the lock. */
static void lock_softirq(void)
{
	struct timer_list timer;

	spin_lock(&first);
	spin_unlock(&first);

	timer_setup_on_stack(&timer, take_first, 0);
	mod_timer(&timer, jiffies + 1);
	msleep(200);
	del_timer_sync(&timer);
	destroy_timer_on_stack(&timer);
}

static void lock_freed(void)
{
	spinlock_t *lock = kmalloc(sizeof(*lock), GFP_KERNEL);

	if (!lock)
		return;
	spin_lock_init(lock);
	spin_lock(lock);
	kfree(lock);
	preempt_enable();
}

static int __rcu *shared_pointer;

static void rcu_unlocked(void)
{
	if (rcu_dereference(shared_pointer))
		pr_info("there is none\n");
}

static void sleep_atomic(void)
{
	local_bh_disable();
	might_sleep();
	local_bh_enable();
}

static void schedule_atomic(void)
{
	local_bh_disable();
	schedule_timeout_uninterruptible(1);
	/* The scheduler has put the count right. */
	if (softirq_count())
		local_bh_enable();
}

static void timer_nothing(struct timer_list *timer)
{
}

static void free_active(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, timer_nothing, 0);
	mod_timer(timer, jiffies + 3600 * HZ);
	kfree(timer);
}

static void work_nothing(struct work_struct *work)
{
}

static void work_slow(struct work_struct *work)
{
	msleep(200);
}

/* It waits for its turn, behind a slow one. */
static void free_queued(void)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("bugs", 0);
	struct work_struct *work = kmalloc(sizeof(*work), GFP_KERNEL);
	static DECLARE_WORK(slow, work_slow);

	if (wq && work) {
		INIT_WORK(work, work_nothing);
		queue_work(wq, &slow);
		queue_work(wq, work);
	}
	kfree(work);
	if (wq)
		destroy_workqueue(wq);
}

static void rcu_nothing(struct rcu_head *rcu)
{
}

static void rcu_twice(void)
{
	static struct rcu_head rcu;

	call_rcu(&rcu, rcu_nothing);
	call_rcu(&rcu, rcu_nothing);
	rcu_barrier();
}

static void header_unset(void)
{
	struct sk_buff *skb = alloc_skb(100, GFP_KERNEL);

	if (skb)
		pr_info("at %d\n", (int)(skb_mac_header(skb) - skb->head));
	kfree_skb(skb);
}

/* Somebody who uses a device, and does not say when it is over */
static void device_kept(void)
{
	struct net_device *dev = alloc_netdev(0, "bug%d", NET_NAME_ENUM,
					      ether_setup);
	netdevice_tracker tracker;

	if (!dev)
		return;
	netdev_tracker_alloc(dev, &tracker, GFP_KERNEL);
	free_netdev(dev);
}

/* The same of a namespace, which goes when the process that loads this does */
static void namespace_kept(void)
{
	netns_tracker tracker;

	netns_tracker_alloc(current->nsproxy->net_ns, &tracker, GFP_KERNEL);
}

static void cpu_unsure(void)
{
	pr_info("on %d\n", smp_processor_id());
}

/* Some, as a stale pointer may be anywhere. */
static void leak(void)
{
	int i;

	for (i = 0; i < 16; i++)
		if (!kmalloc(1000 + hidden(i), GFP_KERNEL))
			break;
}

static void shift(void)
{
	pr_info("%d\n", 1 << hidden(40));
}

static void array_index(void)
{
	static struct {
		int a[4];
		int behind[4];
	} s;

	s.a[hidden(5)] = 1;
	pr_info("%d\n", s.behind[hidden(1)]);
}

/* A flag that nobody has set */
static void flag_unset(void)
{
	union {
		int whole;
		bool flag;
	} u = { hidden(6) };

	OPTIMIZER_HIDE_VAR(u.whole);
	pr_info("%s\n", u.flag ? "set" : "clear");
}

static void refcount(void)
{
	refcount_t count = REFCOUNT_INIT(1);

	if (refcount_dec_and_test(&count))
		refcount_inc(&count);
}

static void list(void)
{
	struct list_head head, entry;

	INIT_LIST_HEAD(&head);
	list_add(&entry, &head);
	list_del(&entry);
	list_del(&entry);
}

static void warn(void)
{
	WARN_ON(hidden(1));
}

static unsigned long raced;

static int racer(void *unused)
{
	while (!kthread_should_stop()) {
		raced++;
		cond_resched();
	}
	return 0;
}

/* Two CPUs at the same */
static void at_once(int (*work)(void *me))
{
	struct task_struct *task[2];
	int i;

	for (i = 0; i < 2; i++) {
		task[i] = kthread_create(work, (void *)(long)i, "at-once/%d", i);
		if (IS_ERR(task[i]))
			break;
		kthread_bind(task[i], i);
		wake_up_process(task[i]);
	}
	if (i == 2)
		msleep(2000);
	while (i--)
		kthread_stop(task[i]);
}

static void race(void)
{
	at_once(racer);
}

static unsigned long given;
static int turn;

/* In turn, but what was done may be seen later than that it is another's turn. */
static int giver(void *me)
{
	int mine = (long)me;

	while (!kthread_should_stop()) {
		/* Pairs with nothing: that is the bug. */
		if (smp_load_acquire(&turn) == mine) {
			given++;
			WRITE_ONCE(turn, !mine);
		}
		cond_resched();
	}
	return 0;
}

static void race_given(void)
{
	at_once(giver);
}

static const struct {
	const char *name;
	void (*commit)(void);
} bugs[] = {
	{ "none", nothing },
	{ "slab-bounds", slab_bounds },
	{ "use-after-free", use_after_free },
	{ "vmalloc-bounds", vmalloc_bounds },
	{ "stack-bounds", stack_bounds },
	{ "lock-order", lock_order },
	{ "lock-softirq", lock_softirq },
	{ "lock-freed", lock_freed },
	{ "rcu-unlocked", rcu_unlocked },
	{ "sleep-atomic", sleep_atomic },
	{ "schedule-atomic", schedule_atomic },
	{ "free-active", free_active },
	{ "free-queued", free_queued },
	{ "rcu-twice", rcu_twice },
	{ "header-unset", header_unset },
	{ "device-kept", device_kept },
	{ "namespace-kept", namespace_kept },
	{ "cpu-unsure", cpu_unsure },
	{ "leak", leak },
	{ "shift", shift },
	{ "array-index", array_index },
	{ "flag-unset", flag_unset },
	{ "refcount", refcount },
	{ "list", list },
	{ "warn", warn },
	{ "race", race },
	{ "race-given", race_given },
};

static int __init bugs_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(bug, bugs[i].name))
			continue;
		bugs[i].commit();
		return 0;
	}
	return -EINVAL;
}

static void __exit bugs_exit(void)
{
}

module_init(bugs_init);
module_exit(bugs_exit);

MODULE_DESCRIPTION("Deliberate bugs");
MODULE_LICENSE("GPL");
