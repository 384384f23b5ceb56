// SPDX-License-Identifier: GPL-2.0
/*
 * The memory that an application shares, and how frames get into it.
 *
 * One ring for each CPU that the machine may have, so that producing takes no
 * lock: whoever has softirqs off owns the ring of its CPU. Behind them, if it is
 * asked for, one that the application fills.
 */
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/shm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include "control/port.h"
#include "path/ring.h"

/*
 * The kernel and the application have the same memory at different addresses,
 * and nobody flushes a cache.
 */
static_assert(SHMLBA <= PAGE_SIZE, "rings want caches without aliases");

/* The head with its table, in front of all rings */
static unsigned long head_pages(void)
{
	size_t table = (num_possible_cpus() + 1) *
		       sizeof(struct porch_ring_entry);

	return DIV_ROUND_UP(sizeof(struct porch_ring_head) + table, PAGE_SIZE);
}

/* A ring: its control, and its data */
static unsigned long ring_pages(u32 size)
{
	return 1 + size / PAGE_SIZE;
}

static int charge(struct porch_ring *ring, struct user_struct *user)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	unsigned long pages;

	if (capable(CAP_IPC_LOCK))
		return 0;
	pages = atomic_long_add_return(ring->n_pages, &user->locked_vm);
	if (pages > limit) {
		atomic_long_sub(ring->n_pages, &user->locked_vm);
		return -ENOBUFS;
	}
	ring->user = get_uid(user);
	return 0;
}

static void uncharge(struct porch_ring *ring)
{
	if (!ring->user)
		return;
	atomic_long_sub(ring->n_pages, &ring->user->locked_vm);
	free_uid(ring->user);
	ring->user = NULL;
}

static void free_pages_of(struct porch_ring *ring)
{
	unsigned long i;

	for (i = 0; i < ring->n_pages && ring->pages[i]; i++)
		__free_page(ring->pages[i]);
	kvfree(ring->pages);
	ring->pages = NULL;
}

static int alloc_pages_of(struct porch_ring *ring, u32 size)
{
	/* A ring that is too large shall fail, and not take others down. */
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_RETRY_MAYFAIL |
		    __GFP_NOWARN;
	unsigned long i = 0, end = head_pages();
	int cpu = cpumask_first(cpu_possible_mask);
	int node = NUMA_NO_NODE;

	ring->pages = kvcalloc(ring->n_pages, sizeof(*ring->pages),
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!ring->pages)
		return -ENOMEM;
	for (;;) {
		for (; i < end; i++) {
			ring->pages[i] = alloc_pages_node(node, gfp, 0);
			if (!ring->pages[i] || fatal_signal_pending(current))
				goto fail;
			cond_resched();
		}
		if (i == ring->n_pages)
			return 0;
		if (cpu < nr_cpu_ids) {
			node = cpu_to_node(cpu);
			end += ring_pages(size);
			cpu = cpumask_next(cpu, cpu_possible_mask);
		} else {
			node = NUMA_NO_NODE;
			end = ring->n_pages;
		}
	}
fail:
	free_pages_of(ring);
	return fatal_signal_pending(current) ? -EINTR : -ENOMEM;
}

static void lay_out(struct porch_ring *ring, u32 size, u32 tx_size)
{
	struct porch_ring_head *head = ring->map;
	struct porch_ring_entry *entry = (void *)(head + 1);
	u64 at = (u64)head_pages() << PAGE_SHIFT;
	int cpu;

	*head = (struct porch_ring_head) {
		.magic = PORCH_RING_MAGIC,
		.version = PORCH_RING_VERSION,
		.entry_size = sizeof(*entry),
		.entries = sizeof(*head),
		.n_entries = num_possible_cpus() + !!tx_size,
		.map_size = porch_ring_bytes(ring),
	};
	for_each_possible_cpu(cpu) {
		*entry = (struct porch_ring_entry) {
			.type = PORCH_RING_RX,
			.cpu = cpu,
			.ctl = at,
			.data = at + PAGE_SIZE,
			.size = size,
		};
		porch_ring_init(per_cpu_ptr(ring->producer, cpu),
				ring->map + at, ring->map + at + PAGE_SIZE,
				size);
		at += (u64)ring_pages(size) << PAGE_SHIFT;
		entry++;
	}
	if (!tx_size)
		return;
	*entry = (struct porch_ring_entry) {
		.type = PORCH_RING_TX,
		.ctl = at,
		.data = at + PAGE_SIZE,
		.size = tx_size,
	};
	porch_ring_consumer_init(&ring->tx, ring->map + at,
				 ring->map + at + PAGE_SIZE, tx_size);
}

/**
 * porch_ring_alloc_memory() - get a ring its memory
 * @ring: the ring, without
 * @size: bytes of each CPU's data, a power of two that the uapi allows
 * @tx_size: bytes for what the application sends, likewise, or 0
 * @user: who is charged, unless the caller has CAP_IPC_LOCK
 *
 * Context: process context; sleeps.
 *
 * Return: 0, -ENOBUFS beyond RLIMIT_MEMLOCK, -EINTR or -ENOMEM, and then
 * nothing changed.
 */
int porch_ring_alloc_memory(struct porch_ring *ring, u32 size, u32 tx_size,
			    struct user_struct *user)
{
	int err;

	ring->n_pages = head_pages() + num_possible_cpus() * ring_pages(size) +
			(tx_size ? ring_pages(tx_size) : 0);
	/* vmap() would say so, but only when all the memory is taken. */
	if (ring->n_pages > totalram_pages() / 2)
		return -ENOMEM;
	err = charge(ring, user);
	if (err)
		return err;
	err = alloc_pages_of(ring, size);
	if (err)
		goto uncharge;
	err = -ENOMEM;
	ring->map = vmap(ring->pages, ring->n_pages, VM_MAP, PAGE_KERNEL);
	if (!ring->map)
		goto pages;
	ring->producer = alloc_percpu_gfp(struct porch_ring_producer,
					  GFP_KERNEL_ACCOUNT);
	if (!ring->producer)
		goto map;
	lay_out(ring, size, tx_size);
	return 0;
map:
	vunmap(ring->map);
pages:
	free_pages_of(ring);
uncharge:
	uncharge(ring);
	return err;
}

/**
 * porch_ring_free_memory() - undo porch_ring_alloc_memory()
 * @ring: the ring, which nobody can reach any more
 *
 * Context: process context; sleeps.
 */
void porch_ring_free_memory(struct porch_ring *ring)
{
	ring->tx.data = NULL;
	free_percpu(ring->producer);
	vunmap(ring->map);
	free_pages_of(ring);
	uncharge(ring);
}

static u8 gso_type(const struct sk_buff *skb)
{
	switch (skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6 |
					     SKB_GSO_UDP | SKB_GSO_UDP_L4)) {
	case SKB_GSO_TCPV4:
		return PORCH_RING_GSO_TCPV4;
	case SKB_GSO_TCPV6:
		return PORCH_RING_GSO_TCPV6;
	case SKB_GSO_UDP:
		return PORCH_RING_GSO_UDP;
	case SKB_GSO_UDP_L4:
		return PORCH_RING_GSO_UDP_L4;
	}
	return PORCH_RING_GSO_OTHER;
}

/* What the skb knows beside its data. Every field is written. */
static void describe(struct porch_ring_frame *f, const struct porch_view *view)
{
	const struct sk_buff *skb = view->skb;
	u32 flags = view->flags;

	f->time = ktime_get_real_ns();
	f->ifindex = view->dev->ifindex;
	f->hash = skb->hash;
	if (skb->hash)
		flags |= PORCH_RING_F_HASH;
	if (skb->l4_hash)
		flags |= PORCH_RING_F_HASH_L4;
	f->vlan_tpid = 0;
	f->vlan_tci = 0;
	if (skb_vlan_tag_present(skb)) {
		flags |= PORCH_RING_F_VLAN;
		f->vlan_tpid = ntohs(skb->vlan_proto);
		f->vlan_tci = skb_vlan_tag_get(skb);
	}
	f->net = view->net;
	f->link = view->dev->type;
	f->csum_start = 0;
	f->csum_offset = 0;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		flags |= PORCH_RING_F_CSUM_PARTIAL;
		f->csum_start = skb_checksum_start_offset(skb) - view->begin +
				view->header_len;
		f->csum_offset = skb->csum_offset;
	} else if (skb_csum_unnecessary(skb)) {
		flags |= PORCH_RING_F_CSUM_VALID;
	}
	f->gso_size = 0;
	f->gso_type = PORCH_RING_GSO_NONE;
	if (skb_is_gso(skb)) {
		f->gso_size = skb_shinfo(skb)->gso_size;
		f->gso_type = gso_type(skb);
	}
	f->to = 0;
	f->id = 0;
	f->flags = flags;
}

/**
 * porch_view_in() - how an application sees a frame that came in
 * @view: is filled
 * @port: where it came in
 * @skb: the frame, its data at the network header
 */
void porch_view_in(struct porch_view *view, const struct porch_port *port,
		   const struct sk_buff *skb)
{
	view->skb = skb;
	view->dev = port->dev;
	view->begin = port->dev->type == ARPHRD_ETHER ? skb_mac_offset(skb) : 0;
	view->net = -view->begin;
	view->header_len = 0;
	view->flags = 0;
}

/**
 * porch_view_out() - how an application sees a frame that goes out
 * @view: is filled
 * @port: where it goes out
 * @skb: the frame, its data at the link-layer header, if it has one already
 */
void porch_view_out(struct porch_view *view, const struct porch_port *port,
		    const struct sk_buff *skb)
{
	view->skb = skb;
	view->dev = port->dev;
	view->begin = 0;
	/* Packet sockets need not know where it is. */
	view->net = max(skb_network_offset(skb), 0);
	/* What a tunnel has put in front is no header of a link's. */
	if (view->dev->type != ARPHRD_ETHER) {
		view->begin = view->net;
		view->net = 0;
	}
	view->header_len = 0;
	view->flags = PORCH_RING_F_OUT;
}

/**
 * porch_ring_write() - write a frame into this CPU's ring
 * @ring: the ring, ready
 * @view: the frame
 *
 * The application does not see it before porch_ring_publish(), and never if
 * something else is written first.
 *
 * Context: softirqs off.
 *
 * Return: the record, or NULL; then a loss has been counted in the ring.
 */
struct porch_ring_frame *porch_ring_write(struct porch_ring *ring,
					  const struct porch_view *view)
{
	struct porch_ring_producer *p = this_cpu_ptr(ring->producer);
	/* The network header shall lie at a multiple of 4. */
	u32 data = sizeof(struct porch_ring_frame) + (-view->net & 3);
	u32 wirelen = view->header_len + view->skb->len - view->begin;
	u32 caplen = min(wirelen, ring->snaplen);
	u32 head = min(caplen, view->header_len);
	struct porch_ring_frame *f;
	u8 *to;

	f = porch_ring_reserve(p, ALIGN(data + caplen, PORCH_RING_ALIGN));
	if (unlikely(!f))
		return NULL;
	to = (u8 *)f + data;
	memcpy(to, &view->header, head);
	/* Fails if the data is in a device's memory. */
	if (unlikely(skb_copy_bits(view->skb, view->begin, to + head,
				   caplen - head))) {
		porch_ring_lose(p);
		return NULL;
	}
	f->data = data;
	f->caplen = caplen;
	f->wirelen = wirelen;
	describe(f, view);
	return f;
}

/**
 * porch_ring_publish() - let the application see what was written last, and wake
 *	who waits
 * @ring: the ring
 *
 * Context: softirqs off, since porch_ring_write().
 */
void porch_ring_publish(struct porch_ring *ring)
{
	struct porch_ring_producer *p = this_cpu_ptr(ring->producer);

	porch_ring_submit(p);
	/*
	 * The full barrier in here pairs with the one in ring_poll(), and with
	 * the application's before its last look.
	 */
	if (wq_has_sleeper(&ring->wait) && porch_ring_was_empty(p))
		wake_up_interruptible_poll(&ring->wait, EPOLLIN | EPOLLRDNORM);
}
