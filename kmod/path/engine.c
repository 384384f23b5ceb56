// SPDX-License-Identifier: GPL-2.0
/*
 * The vector engine: every CPU has four lanes and a NAPI of its own. The hook
 * puts packets into the lanes; the poll takes them out, highest lane first,
 * and sends them down the path as a vector.
 *
 * In thread mode it is not NAPI that polls, but the CPU's thread porch/N, which
 * the scheduler weighs against all others. NAPI's own threads would not do: they
 * are free to move, and are moved when their CPU is about to go, while packets
 * still come in there.
 *
 * A lane is touched by its CPU alone, with softirqs off, and needs no lock.
 * When a CPU has gone, the core moves its NAPI to another one, which finds
 * the lanes through the NAPI; engine_cpu_prepare() waits until they are empty
 * before the CPU may come back. A thread never moves: before its CPU goes, it
 * leaves what it has to NAPI.
 */
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/smpboot.h>
#include "compat.h"
#include "control/port.h"
#include "control/stats.h"
#include "net.h"
#include "path/admit.h"
#include "path/drop.h"
#include "path/engine.h"
#include "path/path.h"
#include "path/vec.h"

/* Packets linked by skb->next. */
struct lane {
	struct sk_buff *head;
	struct sk_buff *tail;
	u32 len;
};

/**
 * struct porch_engine - the engine of one CPU
 * @napi: polls the lanes
 * @pn: the instance
 * @stats: this CPU's counters
 * @cpu: the CPU
 * @turn: in the list of its thread, while that is to poll
 * @lane: packets that wait, by priority
 * @admit: the door to the lanes
 * @taken: how many times a packet was asked for
 * @pending: NAPI or the thread is going to poll, or does
 * @path: the path's working memory
 */
struct porch_engine {
	struct napi_struct napi;
	struct porch_net *pn;
	struct porch_stats *stats;
	unsigned int cpu;
	struct list_head turn;
	struct lane lane[PORCH_N_LANES];
	struct porch_admit admit;
	u32 taken;
	bool pending;
	struct porch_path path;
};

/**
 * struct engine_thread - the thread of one CPU, for the engines of all instances
 * @task: the thread
 * @engines: those that wait for it, the next one first
 * @here: it takes engines; false while its CPU comes and goes
 *
 * Touched by its CPU alone, with softirqs off.
 */
struct engine_thread {
	struct task_struct *task;
	struct list_head engines;
	bool here;
};

static DEFINE_PER_CPU(struct engine_thread, engine_thread);

/* What the engine notes on a packet while it waits. */
struct engine_cb {
	struct porch_port *port;
	struct porch_answers answers;
};

#define ENGINE_CB(skb) ((struct engine_cb *)(skb)->cb)

static enum cpuhp_state engine_cpuhp;

static const struct porch_settings *settings(const struct porch_net *pn)
{
	return &rcu_dereference(pn->config)->set;
}

static void lane_put(struct lane *lane, struct sk_buff *skb)
{
	skb->next = NULL;
	if (lane->head)
		lane->tail->next = skb;
	else
		lane->head = skb;
	lane->tail = skb;
	lane->len++;
}

/* Of a lane in which anything waits */
static struct sk_buff *lane_take(struct lane *lane)
{
	struct sk_buff *skb = lane->head;

	lane->head = skb->next;
	skb_mark_not_on_list(skb);
	lane->len--;
	return skb;
}

/*
 * Lets the thread poll, in thread mode. While its CPU is not quite there, no
 * thread is, and while the engine is polled elsewhere, the CPU is not.
 */
static bool thread_take(struct porch_engine *e)
{
	struct engine_thread *t = per_cpu_ptr(&engine_thread, e->cpu);

	if (!settings(e->pn)->threaded || !READ_ONCE(t->here))
		return false;
	/* While somebody waits, the thread is awake. */
	if (list_empty(&t->engines))
		wake_up_process(t->task);
	list_add_tail(&e->turn, &t->engines);
	return true;
}

static void engine_schedule(struct porch_engine *e)
{
	if (!thread_take(e))
		napi_schedule(&e->napi);
}

/* How many packets wait in the lanes below one? */
static u32 lanes_below(const struct porch_engine *e, unsigned int lane)
{
	u32 n = 0;

	while (++lane < PORCH_N_LANES)
		n += e->lane[lane].len;
	return n;
}

/* Drops what has waited longest in the lowest lane that has anything. */
static void lanes_shed(struct porch_engine *e)
{
	unsigned int lane = PORCH_N_LANES - 1;
	struct porch_port *port;
	struct sk_buff *skb;

	while (!e->lane[lane].len)
		lane--;
	skb = lane_take(&e->lane[lane]);
	port = ENGINE_CB(skb)->port;
	porch_drop(e->stats, port, skb, PORCH_DROP_CONTROL_LANE_FULL + lane);
	e->stats->queued--;
	/* From here on the port may go. */
	this_cpu_ptr(port->stats)->inflight--;
}

/*
 * The door: nothing is allocated for a packet before it is known that there will
 * be room for it. When the lanes are full, whoever is in the lowest of them makes
 * room for those above it.
 */
static void admit(struct porch_port *port, struct sk_buff *skb,
		  const struct porch_answers *answers)
{
	struct porch_engine *e = this_cpu_ptr(port->pn->engine);
	struct porch_port_stats *ps = this_cpu_ptr(port->stats);
	const struct porch_config *cfg = rcu_dereference(port->pn->config);
	struct porch_stats *stats = e->stats;
	enum porch_lane lane;
	bool full;

	if (unlikely(!(skb->dev->flags & IFF_UP))) {
		porch_drop(stats, port, skb, PORCH_DROP_PORT_DOWN);
		return;
	}
	lane = porch_admit_lane(&e->admit, cfg, port, skb, answers);
	full = stats->queued >= cfg->set.lane_limit;
	if (unlikely(full && !lanes_below(e, lane))) {
		porch_drop(stats, port, skb,
			   PORCH_DROP_CONTROL_LANE_FULL + lane);
		return;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		porch_drop_gone(stats, port, PORCH_DROP_NO_MEMORY);
		return;
	}
	/* The sender may change user pages at any time; take a copy of them. */
	if (unlikely(skb_orphan_frags_rx(skb, GFP_ATOMIC))) {
		porch_drop(stats, port, skb, PORCH_DROP_NO_MEMORY);
		return;
	}
	skb_orphan(skb);
	skb_dst_force(skb);
	if (unlikely(full))
		lanes_shed(e);

	ENGINE_CB(skb)->port = port;
	ENGINE_CB(skb)->answers.n = 0;
	if (unlikely(answers))
		ENGINE_CB(skb)->answers = *answers;
	lane_put(&e->lane[lane], skb);
	stats->lane[PORCH_COUNT_LANE_CONTROL + lane]++;
	stats->queued++;
	ps->inflight++;
	if (!e->pending) {
		e->pending = true;
		engine_schedule(e);
	}
}

/**
 * porch_engine_admit() - take a packet in
 * @port: where it came from
 * @skb: the packet, counted as received; consumed
 *
 * Context: softirqs off, inside an RCU read-side section.
 */
void porch_engine_admit(struct porch_port *port, struct sk_buff *skb)
{
	admit(port, skb, NULL);
}

/**
 * porch_engine_readmit() - take a packet in that has been on the path before
 * @port: where it came from, attached
 * @skb: the packet as parse has left it; consumed
 * @answers: what applications have said of it; not in @skb
 *
 * Context: softirqs off, inside an RCU read-side section. In the engine's own poll
 * it is the same poll's, or the next one's.
 */
void porch_engine_readmit(struct porch_port *port, struct sk_buff *skb,
			  const struct porch_answers *answers)
{
	admit(port, skb, answers);
}

static bool lanes_empty(const struct porch_engine *e)
{
	return !e->stats->queued;
}

/* The lowest lane in which anything waits, if anything does */
static struct lane *lane_lowest(struct porch_engine *e)
{
	struct lane *lane = e->lane + PORCH_N_LANES - 1;

	while (lane > e->lane && !lane->len)
		lane--;
	return lane;
}

/*
 * The highest lane first. But one place in 64 is the lowest one's: else a flood that
 * just keeps the engine busy, and so overflows nothing, would keep a packet below it
 * for ever, and its port with it. There are as many as @queued says.
 */
static unsigned int vec_fill(struct porch_vec *v, struct porch_engine *e,
			     unsigned int room)
{
	unsigned int i, n = min_t(u64, e->stats->queued, room);
	struct lane *lane = e->lane;
	struct porch_pkt *p;
	struct sk_buff *skb;

	for (i = 0; i < n; i++) {
		while (!lane->head)
			lane++;
		skb = lane_take(++e->taken % 64 ? lane : lane_lowest(e));
		prefetch(skb->data);
		p = &v->pkt[i];
		*p = (struct porch_pkt) {
			.skb = skb,
			.port = ENGINE_CB(skb)->port,
		};
		if (unlikely(ENGINE_CB(skb)->answers.n))
			p->answers = ENGINE_CB(skb)->answers;
	}
	v->n = n;
	e->stats->queued -= n;
	return n;
}

/* The ports' packets in flight, by runs: neighbours mostly share a port. */
static void vec_settle(const struct porch_vec *v)
{
	unsigned int i, run;

	for (i = 0; i < v->n; i += run) {
		struct porch_port *port = v->pkt[i].port;

		for (run = 1; i + run < v->n; run++)
			if (v->pkt[i + run].port != port)
				break;
		this_cpu_ptr(port->stats)->inflight -= run;
	}
}

static void vec_run(struct porch_engine *e)
{
	struct porch_vec *v = &e->path.vec;

	v->pn = e->pn;
	v->cfg = rcu_dereference(e->pn->config);
	v->stats = e->stats;
	e->stats->engine[PORCH_ENGINE_VECTORS]++;
	e->stats->engine[PORCH_ENGINE_PACKETS] += v->n;
	porch_path_run(&e->path);
	vec_settle(v);
}

/* Return: how many packets were worked on, up to the budget. */
static int engine_work(struct porch_engine *e, int budget)
{
	const struct porch_settings *set = settings(e->pn);
	struct porch_vec *v = &e->path.vec;
	int work = 0;
	u64 end;

	v->now = ktime_get_mono_fast_ns();
	end = v->now + (u64)set->time_limit * NSEC_PER_USEC;

	e->stats->engine[PORCH_ENGINE_POLLS]++;
	while (vec_fill(v, e, min_t(int, set->vector, budget - work))) {
		vec_run(e);
		work += v->n;
		if (work == budget || lanes_empty(e))
			break;
		v->now = ktime_get_mono_fast_ns();
		if (v->now >= end) {
			e->stats->engine[PORCH_ENGINE_TIME_LIMITED]++;
			break;
		}
	}
	return work;
}

/* Return: the work, or all of the budget if NAPI is to go on. */
static int engine_napi(struct porch_engine *e, int budget)
{
	int work = engine_work(e, budget);

	if (lanes_empty(e))
		e->pending = false;
	else if (!thread_take(e))
		return budget;
	/*
	 * Whoever returns its whole budget is polled again, for nothing if the
	 * lanes are empty.
	 */
	work = min(work, budget - 1);
	napi_complete_done(&e->napi, work);
	return work;
}

static int engine_poll(struct napi_struct *napi, int budget)
{
	int work;

	rcu_read_lock();
	work = engine_napi(container_of(napi, struct porch_engine, napi),
			   budget);
	rcu_read_unlock();
	return work;
}

static int thread_should_run(unsigned int cpu)
{
	return !list_empty(&per_cpu_ptr(&engine_thread, cpu)->engines);
}

/* Polls the engine whose turn it is. */
static void thread_run(unsigned int cpu)
{
	struct engine_thread *t = per_cpu_ptr(&engine_thread, cpu);
	struct porch_engine *e;

	local_bh_disable();
	rcu_read_lock();
	e = list_first_entry(&t->engines, struct porch_engine, turn);
	list_del(&e->turn);
	e->stats->engine[PORCH_ENGINE_THREAD_POLLS]++;
	engine_work(e, NAPI_POLL_WEIGHT);
	if (lanes_empty(e))
		e->pending = false;
	else
		engine_schedule(e);
	rcu_read_unlock();
	local_bh_enable();
	cond_resched_tasks_rcu_qs();
}

/* The CPU has come. */
static void thread_enter(unsigned int cpu)
{
	local_bh_disable();
	WRITE_ONCE(per_cpu_ptr(&engine_thread, cpu)->here, true);
	local_bh_enable();
}

/* The CPU is about to go; the core knows how to move what NAPI has. */
static void thread_leave(unsigned int cpu)
{
	struct engine_thread *t = per_cpu_ptr(&engine_thread, cpu);
	struct porch_engine *e, *next;

	local_bh_disable();
	WRITE_ONCE(t->here, false);
	list_for_each_entry_safe(e, next, &t->engines, turn) {
		list_del(&e->turn);
		napi_schedule(&e->napi);
	}
	local_bh_enable();
}

static struct smp_hotplug_thread engine_threads = {
	.store = &engine_thread.task,
	.thread_should_run = thread_should_run,
	.thread_fn = thread_run,
	.setup = thread_enter,
	.unpark = thread_enter,
	.park = thread_leave,
	.thread_comm = "porch/%u",
};

/**
 * porch_engine_drain() - wait until a port's packets have left
 * @port: the port; no new packet of it is admitted any more
 *
 * Context: process context; sleeps.
 */
void porch_engine_drain(struct porch_port *port)
{
	struct porch_port_stats sum;

	for (;;) {
		porch_port_sum(port, &sum);
		if (!sum.inflight)
			break;
		usleep_range(100, 1000);
	}
}

static void engine_free(struct porch_net *pn)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		porch_path_fini(&per_cpu_ptr(pn->engine, cpu)->path);
		porch_admit_fini(&per_cpu_ptr(pn->engine, cpu)->admit);
	}
	free_percpu(pn->engine);
	pn->engine = NULL;
}

/**
 * porch_engine_init() - set an instance's engine up, if it is not yet
 * @pn: the instance
 *
 * Namespaces without ports never pay for one.
 *
 * Context: process context, under RTNL.
 *
 * Return: 0 or a negative errno.
 */
int porch_engine_init(struct porch_net *pn)
{
	struct porch_engine *e;
	int cpu, err = -ENOMEM;

	if (pn->engine)
		return 0;
	pn->engine = alloc_percpu_gfp(struct porch_engine, GFP_KERNEL_ACCOUNT);
	if (!pn->engine)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		e = per_cpu_ptr(pn->engine, cpu);
		e->pn = pn;
		e->stats = per_cpu_ptr(pn->stats, cpu);
		e->cpu = cpu;
		err = porch_admit_init(&e->admit) ?: porch_path_init(&e->path);
		if (err)
			goto free;
	}
	err = -ENOMEM;
	pn->napi_dev = porch_alloc_netdev_dummy();
	if (!pn->napi_dev)
		goto free;
	err = cpuhp_state_add_instance(engine_cpuhp, &pn->cpu_node);
	if (err)
		goto free_dev;

	for_each_possible_cpu(cpu) {
		e = per_cpu_ptr(pn->engine, cpu);
		/* Nobody busy-polls a socket through us. */
		set_bit(NAPI_STATE_NO_BUSY_POLL, &e->napi.state);
		netif_napi_add(pn->napi_dev, &e->napi, engine_poll);
		napi_enable(&e->napi);
	}
	return 0;
free_dev:
	porch_free_netdev_dummy(pn->napi_dev);
free:
	engine_free(pn);
	return err;
}

/**
 * porch_engine_fini() - take an instance's engine down
 * @pn: the instance, without ports
 *
 * Context: process context; sleeps.
 */
void porch_engine_fini(struct porch_net *pn)
{
	int cpu;

	if (!pn->engine)
		return;
	cpuhp_state_remove_instance(engine_cpuhp, &pn->cpu_node);
	for_each_possible_cpu(cpu) {
		struct porch_engine *e = per_cpu_ptr(pn->engine, cpu);

		napi_disable(&e->napi);
		__netif_napi_del(&e->napi);
	}
	/* A thread may not have let go yet of an engine that it found empty. */
	synchronize_net();
	porch_free_netdev_dummy(pn->napi_dev);
	engine_free(pn);
}

/*
 * A CPU that went away may have left packets, which another CPU polls through
 * the re-homed NAPI. They must have gone before the CPU fills lanes again.
 */
static int engine_cpu_prepare(unsigned int cpu, struct hlist_node *node)
{
	struct porch_net *pn = hlist_entry(node, struct porch_net, cpu_node);

	/* Called for each CPU when the instance is added, too. */
	if (cpu_online(cpu))
		return 0;
	while (porch_count_read(per_cpu_ptr(pn->stats, cpu)->queued))
		usleep_range(100, 1000);
	synchronize_net();
	return 0;
}

/**
 * porch_engine_register() - prepare for engines
 *
 * Return: 0 or a negative errno.
 */
int porch_engine_register(void)
{
	int cpu, err, state;

	for_each_possible_cpu(cpu)
		INIT_LIST_HEAD(&per_cpu_ptr(&engine_thread, cpu)->engines);
	err = smpboot_register_percpu_thread(&engine_threads);
	if (err)
		return err;
	state = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN,
					"net/porch:prepare",
					engine_cpu_prepare, NULL);
	if (state < 0) {
		smpboot_unregister_percpu_thread(&engine_threads);
		return state;
	}
	engine_cpuhp = state;
	return 0;
}

/**
 * porch_engine_unregister() - undo porch_engine_register()
 */
void porch_engine_unregister(void)
{
	cpuhp_remove_multi_state(engine_cpuhp);
	smpboot_unregister_percpu_thread(&engine_threads);
}
