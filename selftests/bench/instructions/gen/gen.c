// SPDX-License-Identifier: GPL-2.0
/*
 * A network card that receives what it is told, and a clock: how many ticks of the
 * CPU's counter does it take until a packet has been dealt with? In a VM under
 * icount, one tick is one instruction; in User-Mode Linux it is a nanosecond of CPU
 * time. The card has a queue for each CPU; a file is that of the CPU by which it is
 * written.
 *
 * In the folder porch_gen of debugfs:
 *
 *	frames	written: frames of as many bytes as the module's parameter len says
 *		(60 at first: 64 with their checksum), one after the other; they are
 *		received in turn, from one run to the next
 *	run	written, then read from the same open file:
 *			receive DEV BURST PACKETS
 *			free DEV BURST PACKETS
 *		answers with the ticks for all of these packets
 *	drop	written: DEV, whose receive handler from then on drops all that
 *		comes; an empty line ends that
 *
 * Devices are those of the caller's network namespace. What is received comes out
 * of a NAPI poll, BURST packets at a time, as it does from a driver. So whatever the
 * packets lead to on this CPU in softirqs, such as other polls, is within the time.
 * To free them there, at once, tells what the generator itself costs.
 */
#include <linux/debugfs.h>
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/timex.h>
#include <linux/vmalloc.h>

#define MAX_FRAMES	BIT(20)
#define MAX_BURST	1024

/**
 * struct gen - the generator of one CPU
 * @lock: one run at a time; protects all that follows
 * @napi: the queue's
 * @frames: what is received
 * @len: bytes of each of them
 * @n_frames: how many of them there are
 * @next: the one that is received next
 * @dev: the device by which they come in, during a run
 * @burst: packets of a poll
 * @made: packets that were received, or freed
 * @failed: packets for which there was no memory
 * @free: they are freed, not received
 */
struct gen {
	struct mutex lock;	/* see above */
	struct napi_struct napi;
	u8 *frames;
	unsigned int len;
	unsigned int n_frames;
	unsigned int next;
	struct net_device *dev;
	unsigned int burst;
	unsigned int made;
	unsigned int failed;
	bool free;
};

static unsigned int frame_len = 60;
module_param_named(len, frame_len, uint, 0600);
MODULE_PARM_DESC(len, "bytes of each frame that is written to frames from then on");

static DEFINE_PER_CPU(struct gen, gens);
static struct dentry *gen_dir;

/* What NAPI wants to belong to */
static struct net_device *napi_dev;

/* The device whose receive handler is ours, with a reference, or NULL; under RTNL */
static struct net_device *dropper;

static struct sk_buff *gen_skb(struct gen *gen)
{
	struct sk_buff *skb = napi_alloc_skb(&gen->napi, gen->len);

	if (!skb)
		return NULL;
	skb_put_data(skb, gen->frames + gen->next * gen->len, gen->len);
	if (++gen->next == gen->n_frames)
		gen->next = 0;
	skb->protocol = eth_type_trans(skb, gen->dev);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

static int gen_poll(struct napi_struct *napi, int budget)
{
	struct gen *gen = container_of(napi, struct gen, napi);
	struct sk_buff *skb, *next;
	unsigned int i;
	LIST_HEAD(list);

	for (i = 0; i < gen->burst; i++) {
		skb = gen_skb(gen);
		if (!skb) {
			gen->failed++;
			continue;
		}
		list_add_tail(&skb->list, &list);
		gen->made++;
	}
	if (gen->free) {
		list_for_each_entry_safe(skb, next, &list, list) {
			skb_list_del_init(skb);
			dev_kfree_skb(skb);
		}
	} else {
		netif_receive_skb_list(&list);
	}
	/* With all of the budget used, it would be polled again, for nothing. */
	napi_complete_done(napi, min_t(int, gen->burst, budget - 1));
	return min_t(int, gen->burst, budget - 1);
}

#ifdef CONFIG_UML
/* This kernel is a thread of the machine's: a system call tells its CPU time, in ns. */
static u64 gen_clock(void)
{
	struct __kernel_timespec now;
	long ret = 228;		/* clock_gettime() */

	asm volatile("syscall" : "+a" (ret)
		     : "D" (3 /* CLOCK_THREAD_CPUTIME_ID */), "S" (&now)
		     : "rcx", "r11", "memory");
	return ret ? 0 : now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}
#else
static u64 gen_clock(void)
{
	return get_cycles();
}
#endif

/* On its CPU. Return: the ticks, or a negative errno. */
static s64 gen_run(struct gen *gen, unsigned int packets)
{
	unsigned int i;
	u64 begin, end;

	gen->made = 0;
	gen->failed = 0;
	begin = gen_clock();
	for (i = 0; i < packets; i += gen->burst) {
		local_bh_disable();
		napi_schedule(&gen->napi);
		local_bh_enable();
	}
	end = gen_clock();
	/* What was left to ksoftirqd was not measured. */
	if (local_softirq_pending() & (1 << NET_RX_SOFTIRQ) ||
	    gen->made + gen->failed != packets)
		i = 0;
	napi_synchronize(&gen->napi);
	if (gen->failed)
		return -ENOMEM;
	return i ? end - begin : -EAGAIN;
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t size,
			 loff_t *pos)
{
	char *line = simple_transaction_get(file, buf, size);
	char verb[8], name[IFNAMSIZ];
	unsigned int burst, packets;
	s64 ticks = -EINVAL;
	struct gen *gen;

	if (IS_ERR(line))
		return PTR_ERR(line);
	if (sscanf(line, "%7s %15s %u %u", verb, name, &burst, &packets) != 4 ||
	    !burst || burst > MAX_BURST || !packets || packets % burst ||
	    (strcmp(verb, "receive") && strcmp(verb, "free")))
		return -EINVAL;

	migrate_disable();
	gen = this_cpu_ptr(&gens);
	mutex_lock(&gen->lock);
	if (!gen->n_frames)
		goto unlock;
	ticks = -ENODEV;
	gen->dev = dev_get_by_name(current->nsproxy->net_ns, name);
	if (!gen->dev)
		goto unlock;
	gen->burst = burst;
	gen->free = !strcmp(verb, "free");
	ticks = gen_run(gen, packets);
	dev_put(gen->dev);
unlock:
	mutex_unlock(&gen->lock);
	migrate_enable();
	if (ticks < 0)
		return ticks;
	simple_transaction_set(file, sprintf(line, "%lld\n", ticks));
	return size;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.write = run_write,
	.read = simple_transaction_read,
	.release = simple_transaction_release,
};

static ssize_t frames_write(struct file *file, const char __user *buf, size_t size,
			    loff_t *pos)
{
	unsigned int len = READ_ONCE(frame_len);
	struct gen *gen;
	u8 *frames;

	if (len < ETH_HLEN || len > ETH_FRAME_LEN || !size || size % len ||
	    size / len > MAX_FRAMES)
		return -EINVAL;
	frames = vmalloc(size);
	if (!frames)
		return -ENOMEM;
	if (copy_from_user(frames, buf, size)) {
		vfree(frames);
		return -EFAULT;
	}
	gen = raw_cpu_ptr(&gens);
	mutex_lock(&gen->lock);
	swap(gen->frames, frames);
	gen->len = len;
	gen->n_frames = size / len;
	gen->next = 0;
	mutex_unlock(&gen->lock);
	vfree(frames);
	return size;
}

static const struct file_operations frames_fops = {
	.owner = THIS_MODULE,
	.write = frames_write,
};

static rx_handler_result_t drop_rx(struct sk_buff **pskb)
{
	kfree_skb(*pskb);
	return RX_HANDLER_CONSUMED;
}

/* Under RTNL */
static void drop_end(void)
{
	if (!dropper)
		return;
	netdev_rx_handler_unregister(dropper);
	dev_put(dropper);
	dropper = NULL;
}

static ssize_t drop_write(struct file *file, const char __user *buf, size_t size,
			  loff_t *pos)
{
	char name[IFNAMSIZ] = "";
	struct net_device *dev;
	int err = 0;

	if (size >= sizeof(name))
		return -EINVAL;
	if (copy_from_user(name, buf, size))
		return -EFAULT;

	rtnl_lock();
	drop_end();
	if (*strim(name)) {
		dev = dev_get_by_name(current->nsproxy->net_ns, strim(name));
		err = dev ? netdev_rx_handler_register(dev, drop_rx, NULL) : -ENODEV;
		if (err)
			dev_put(dev);
		else
			dropper = dev;
	}
	rtnl_unlock();
	return err ?: size;
}

static const struct file_operations drop_fops = {
	.owner = THIS_MODULE,
	.write = drop_write,
};

/* A device that goes takes its handler along, and wants its reference back. */
static int gen_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (event == NETDEV_UNREGISTER && dev == dropper)
		drop_end();
	return NOTIFY_DONE;
}

static struct notifier_block gen_netdev_nb = { .notifier_call = gen_netdev_event };

static int __init gen_init(void)
{
	unsigned int cpu;
	int err;

	napi_dev = alloc_netdev_dummy(0);
	if (!napi_dev)
		return -ENOMEM;
	err = register_netdevice_notifier(&gen_netdev_nb);
	if (err) {
		free_netdev(napi_dev);
		return err;
	}
	for_each_possible_cpu(cpu) {
		struct gen *gen = per_cpu_ptr(&gens, cpu);

		mutex_init(&gen->lock);
		netif_napi_add(napi_dev, &gen->napi, gen_poll);
		napi_enable(&gen->napi);
	}

	gen_dir = debugfs_create_dir("porch_gen", NULL);
	debugfs_create_file("frames", 0200, gen_dir, NULL, &frames_fops);
	debugfs_create_file("run", 0600, gen_dir, NULL, &run_fops);
	debugfs_create_file("drop", 0200, gen_dir, NULL, &drop_fops);
	return 0;
}

static void __exit gen_exit(void)
{
	unsigned int cpu;

	debugfs_remove(gen_dir);
	/* That tells of all devices as if they went. */
	unregister_netdevice_notifier(&gen_netdev_nb);
	for_each_possible_cpu(cpu) {
		struct gen *gen = per_cpu_ptr(&gens, cpu);

		napi_disable(&gen->napi);
		netif_napi_del(&gen->napi);
		vfree(gen->frames);
	}
	free_netdev(napi_dev);
}

module_init(gen_init);
module_exit(gen_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Receives packets, and measures what becomes of them");
