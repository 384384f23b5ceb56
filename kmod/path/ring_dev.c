// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/porch: what an application does with a ring. An open file, or a mapping
 * of it, keeps the module loaded.
 */
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>
#include "compat.h"
#include "net.h"
#include "path/inject.h"
#include "path/queue.h"
#include "path/ring.h"
#include "path/ring_dev.h"
#include "path/tap.h"

/*
 * The namespace is the opener's. No reference is held: a forgotten descriptor
 * shall not keep it, with all its devices, from going.
 */
static int ring_open(struct inode *inode, struct file *file)
{
	struct net *net = current->nsproxy->net_ns;
	struct user_namespace *user_ns = porch_user_ns(net);
	struct porch_net *pn = porch_net(net);
	struct porch_ring *ring;

	/* As for packet sockets: it sees what is others'. */
	if (!ns_capable(user_ns, CAP_NET_RAW))
		return -EPERM;
	ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (!ring)
		return -ENOMEM;
	INIT_LIST_HEAD(&ring->taps);
	mutex_init(&ring->lock);
	mutex_init(&ring->tx_lock);
	/* Without a word in the log about those who only watch. */
	ring->admin = ns_capable_noaudit(user_ns, CAP_NET_ADMIN);
	init_waitqueue_head(&ring->wait);
	ring->pn = pn;
	file->private_data = ring;

	/* Not RTNL: all misc devices' openers wait for us. */
	mutex_lock(&pn->rings_lock);
	list_add(&ring->link, &pn->rings);
	WRITE_ONCE(pn->n_rings, pn->n_rings + 1);
	mutex_unlock(&pn->rings_lock);
	return nonseekable_open(inode, file);
}

static int ring_release(struct inode *inode, struct file *file)
{
	struct porch_ring *ring = file->private_data;

	porch_queue_close(ring);
	porch_tap_close(ring);
	/* A CPU may be filling the memory, or waking nobody. */
	synchronize_net();
	if (ring->ready)
		porch_ring_free_memory(ring);
	kfree(ring);
	return 0;
}

static bool size_is_sane(u32 size)
{
	return is_power_of_2(size) && size >= PORCH_RING_SIZE_MIN &&
	       size <= PORCH_RING_SIZE_MAX;
}

static int ring_setup(struct file *file, struct porch_ring_setup *setup,
		      void __user *to, size_t len)
{
	struct porch_ring *ring = file->private_data;
	u32 longest;
	int err;

	if (setup->flags || setup->reserved || !size_is_sane(setup->size) ||
	    (setup->tx_size && !size_is_sane(setup->tx_size)))
		return -EINVAL;
	/* With its head, and in front of a link-layer header, half is safe. */
	longest = setup->size / 4;
	if (setup->snaplen > longest)
		return -EINVAL;
	if (setup->tx_size && !ring->admin)
		return -EPERM;
	if (ring->ready)
		return -EBUSY;

	err = porch_ring_alloc_memory(ring, setup->size, setup->tx_size,
				      file->f_cred->user);
	if (err)
		return err;
	ring->snaplen = setup->snaplen ?: longest;
	setup->rings = num_possible_cpus() + !!setup->tx_size;
	setup->map_size = porch_ring_bytes(ring);
	if (copy_to_user(to, setup, len)) {
		porch_ring_free_memory(ring);
		return -EFAULT;
	}
	/* Pairs with the acquire in is_ready(). */
	smp_store_release(&ring->ready, true);
	return 0;
}

static bool is_ready(struct porch_ring *ring)
{
	/* Pairs with the release in ring_setup(). */
	return smp_load_acquire(&ring->ready);
}

/* What the first version had */
#define SETUP_SIZE_V0	offsetof(struct porch_ring_setup, tx_size)

static int ioctl_setup(struct file *file, void __user *arg, size_t len)
{
	struct porch_ring *ring = file->private_data;
	struct porch_ring_setup setup;
	int err;

	if (len < SETUP_SIZE_V0)
		return -EINVAL;
	err = copy_struct_from_user(&setup, sizeof(setup), arg, len);
	if (err)
		return err;
	/* Whoever is at it may have much memory to get. */
	if (mutex_lock_killable(&ring->lock))
		return -EINTR;
	err = ring_setup(file, &setup, arg, min(len, sizeof(setup)));
	mutex_unlock(&ring->lock);
	return err;
}

static int ioctl_tap(struct file *file, void __user *arg, size_t len)
{
	struct porch_ring *ring = file->private_data;
	struct porch_ring_tap tap;
	int err;

	if (len < sizeof(tap))
		return -EINVAL;
	err = copy_struct_from_user(&tap, sizeof(tap), arg, len);
	if (err)
		return err;
	if (tap.flags || tap.ifindex > S32_MAX)
		return -EINVAL;
	if (!is_ready(ring))
		return -ENXIO;
	return porch_tap_open(ring, tap.ifindex);
}

static int ioctl_divert(struct file *file, void __user *arg, size_t len)
{
	struct porch_ring *ring = file->private_data;
	struct porch_ring_divert divert;
	int err;

	if (len < sizeof(divert))
		return -EINVAL;
	err = copy_struct_from_user(&divert, sizeof(divert), arg, len);
	if (err)
		return err;
	if (divert.flags || divert.ifindex > S32_MAX)
		return -EINVAL;
	if (!ring->admin)
		return -EPERM;
	if (!is_ready(ring))
		return -ENXIO;
	return porch_tap_own(ring, divert.ifindex);
}

static int ioctl_queue(struct file *file, void __user *arg, size_t len)
{
	struct porch_ring *ring = file->private_data;
	struct porch_ring_queue queue;
	int err;

	if (len < sizeof(queue))
		return -EINVAL;
	err = copy_struct_from_user(&queue, sizeof(queue), arg, len);
	if (err)
		return err;
	if (queue.flags || queue.queue > U16_MAX ||
	    queue.held > PORCH_RING_HELD_MAX ||
	    queue.deadline > PORCH_RING_DEADLINE_MAX ||
	    !queue.held != !queue.deadline)
		return -EINVAL;
	if (!ring->admin)
		return -EPERM;
	/* Who cannot answer holds nothing. */
	if (!is_ready(ring) || (queue.held && !porch_ring_has_tx(ring)))
		return -ENXIO;
	return porch_queue_open(ring, queue.queue, queue.held, queue.deadline);
}

static int ioctl_kick(struct file *file, void __user *arg, size_t len)
{
	struct porch_ring *ring = file->private_data;
	struct porch_ring_kick kick;
	int err;

	if (len < sizeof(kick))
		return -EINVAL;
	err = copy_struct_from_user(&kick, sizeof(kick), arg, len);
	if (err)
		return err;
	if (kick.flags)
		return -EINVAL;
	if (!is_ready(ring) || !porch_ring_has_tx(ring))
		return -ENXIO;
	err = mutex_lock_interruptible(&ring->tx_lock);
	if (err)
		return err;
	kick = (struct porch_ring_kick) {};
	err = porch_inject(ring, &kick);
	mutex_unlock(&ring->tx_lock);
	if (copy_to_user(arg, &kick, sizeof(kick)))
		return -EFAULT;
	return err;
}

/* The length is part of the command, so that structures can grow. */
#define WITHOUT_LEN(cmd)	((cmd) & ~IOCSIZE_MASK)

static long ring_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	size_t len = _IOC_SIZE(cmd);

	switch (WITHOUT_LEN(cmd)) {
	case WITHOUT_LEN(PORCH_RING_SETUP):
		return ioctl_setup(file, user, len);
	case WITHOUT_LEN(PORCH_RING_TAP):
		return ioctl_tap(file, user, len);
	case WITHOUT_LEN(PORCH_RING_DIVERT):
		return ioctl_divert(file, user, len);
	case WITHOUT_LEN(PORCH_RING_QUEUE):
		return ioctl_queue(file, user, len);
	case WITHOUT_LEN(PORCH_RING_KICK):
		return ioctl_kick(file, user, len);
	}
	return -ENOTTY;
}

static __poll_t ring_poll(struct file *file, poll_table *wait)
{
	struct porch_ring *ring = file->private_data;
	__poll_t mask = 0;
	int cpu;

	/* In any case: epoll does not ask again where it may wait. */
	poll_wait(file, &ring->wait, wait);
	if (!is_ready(ring))
		return EPOLLERR;
	/* First, so that what came before the end is seen with it. */
	if (smp_load_acquire(&ring->hungup))
		mask = EPOLLHUP;
	/*
	 * Between the application's store of its index and our look at the
	 * producer's; pairs with wq_has_sleeper() in porch_ring_publish().
	 * poll_wait() has one, but not for all its callers.
	 */
	smp_mb();
	for_each_possible_cpu(cpu)
		if (porch_ring_readable(per_cpu_ptr(ring->producer, cpu)))
			mask |= EPOLLIN | EPOLLRDNORM;
	return mask;
}

/* Also after a fork, and after MADV_DONTNEED. */
static vm_fault_t ring_fault(struct vm_fault *vmf)
{
	const struct porch_ring *ring = vmf->vma->vm_file->private_data;

	if (vmf->pgoff >= ring->n_pages)
		return VM_FAULT_SIGBUS;
	vmf->page = ring->pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct ring_vm_ops = {
	.fault = ring_fault,
};

static int ring_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct porch_ring *ring = file->private_data;

	if (!is_ready(ring))
		return -ENXIO;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_pgoff ||
	    vma->vm_end - vma->vm_start != porch_ring_bytes(ring))
		return -EINVAL;
	porch_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
	vma->vm_ops = &ring_vm_ops;
	return 0;
}

static const struct file_operations ring_fops = {
	.owner = THIS_MODULE,
	.open = ring_open,
	.release = ring_release,
	.unlocked_ioctl = ring_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = ring_poll,
	.mmap = ring_mmap,
};

/* Anyone may try: capabilities decide, not the owner of a file. */
static struct miscdevice ring_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "porch",
	.mode = 0666,
	.fops = &ring_fops,
};

/**
 * porch_ring_dev_register() - make /dev/porch
 *
 * Return: 0 or a negative errno.
 */
int porch_ring_dev_register(void)
{
	return misc_register(&ring_dev);
}

/**
 * porch_ring_dev_unregister() - remove /dev/porch, which nobody has open
 */
void porch_ring_dev_unregister(void)
{
	misc_deregister(&ring_dev);
}
