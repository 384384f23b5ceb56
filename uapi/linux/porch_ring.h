/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Frames in memory that the kernel shares with an application: /dev/porch.
 *
 *	fd = open("/dev/porch", O_RDWR | O_CLOEXEC);
 *	ioctl(fd, PORCH_RING_SETUP, &setup);
 *	ioctl(fd, PORCH_RING_TAP, &tap);
 *	map = mmap(NULL, setup.map_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
 *
 * The mapping begins with struct porch_ring_head, which leads to everything
 * else; Documentation/ring.rst draws it. Each field is tagged by its only
 * writer, (k) the kernel or (u) the application. The kernel never reads a (k)
 * field back. All numbers are of the machine's own byte order.
 */
#ifndef _LINUX_PORCH_RING_H
#define _LINUX_PORCH_RING_H

#include <linux/const.h>
#include <linux/ioctl.h>
#include <linux/types.h>

#define PORCH_RING_MAGIC	0x68637250	/* "Prch" */
#define PORCH_RING_VERSION	1

/* Records begin at a multiple of this, and are as many bytes long. */
#define PORCH_RING_ALIGN	64

/* Bytes of one ring's data: a power of two between these. */
#define PORCH_RING_SIZE_MIN	_BITUL(16)
#define PORCH_RING_SIZE_MAX	_BITUL(30)

/**
 * struct porch_ring_setup - for PORCH_RING_SETUP, once for each open file
 * @flags: must be 0
 * @size: bytes for the data of each ring: a power of two, from
 *	PORCH_RING_SIZE_MIN to PORCH_RING_SIZE_MAX
 * @snaplen: bytes of a frame that are kept, at most a quarter of @size; 0 is
 *	as many as that
 * @rings: (k) how many there are: one for each CPU that the machine may have, and
 *	the one of @tx_size
 * @map_size: (k) bytes to map
 * @tx_size: bytes for the data of the ring in the other direction, a power of
 *	two in the same bounds; 0 for none
 * @reserved: must be 0
 *
 * A ring in the other direction takes CAP_NET_ADMIN besides; what counts is
 * what the process had when it opened the file.
 *
 * The memory is charged to the caller's control group and, unless the caller has
 * CAP_IPC_LOCK, to the RLIMIT_MEMLOCK of the user who opened the file.
 *
 * Errors: EBUSY is set up already, EINVAL, EPERM, ENOBUFS beyond RLIMIT_MEMLOCK,
 * ENOMEM. A later version may be longer: what this one does not know must be 0,
 * else E2BIG. The first one ended with @map_size; it is still taken.
 */
struct porch_ring_setup {
	__u32 flags;
	__u32 size;
	__u32 snaplen;
	__u32 rings;
	__u64 map_size;
	__u32 tx_size;
	__u32 reserved;
};

/**
 * struct porch_ring_tap - for PORCH_RING_TAP, after the set-up
 * @flags: must be 0
 * @ifindex: the port whose frames are wanted; 0: all ports of the namespace in
 *	which the file was opened, those that come later included
 *
 * May be called again for other ports.
 *
 * Errors: ENXIO is not set up, ENOENT the device is not a port, EEXIST has this
 * one already, ENODEV the namespace has gone, EINVAL, ENOMEM; E2BIG as above.
 */
struct porch_ring_tap {
	__u32 flags;
	__u32 ifindex;
};

/**
 * struct porch_ring_kick - for PORCH_RING_KICK: take what is in the TX ring
 * @flags: must be 0
 * @taken: (k) records that were taken
 * @refused: (k) those of them of which nothing came
 * @error: (k) errno of the first that was refused, or 0
 *
 * Takes what was there when it was called. A signal may end it before, between
 * two records; the rest is still there then.
 *
 * A frame is refused with EINVAL: a field of it is wrong, ENOENT: the device is
 * not a port, ENETDOWN, EMSGSIZE: longer than the link takes, ENOMEM; and, if it
 * is to go through the path, EPROTONOSUPPORT: neither IPv4 nor IPv6 or with a
 * tag, EADDRNOTAVAIL: not for the port's link-layer address. An answer is refused
 * with EINVAL: no verdict, ENOENT: no such packet waits any longer.
 *
 * Errors: ENXIO there is no TX ring, ENODEV the namespace has gone, EINVAL,
 * EFAULT; E2BIG as above. EBADMSG: the ring is broken, its index or the length of
 * a record being impossible. If it was the latter, all that was there is
 * released, unread.
 */
struct porch_ring_kick {
	__u32 flags;
	__u32 taken;
	__u32 refused;
	__u32 error;
};

/**
 * struct porch_ring_divert - for PORCH_RING_DIVERT, after the set-up
 * @flags: must be 0
 * @ifindex: the port whose frames are wanted
 *
 * What comes in by the port is the application's: frames of all protocols, with
 * and without a tag, but those for other hosts and those that the kernel gives to
 * a VLAN device, a bridge or a bond. What finds no room in the ring is dropped. Taps
 * see copies nevertheless. What the machine sends by the port is as ever.
 *
 * May be called again for other ports.
 *
 * Errors: EPERM without CAP_NET_ADMIN when the file was opened, EBUSY the port is
 * another ring's, and those of PORCH_RING_TAP.
 */
struct porch_ring_divert {
	__u32 flags;
	__u32 ifindex;
};

/* Packets of one queue that may wait for an answer, and for how many ms */
#define PORCH_RING_HELD_MAX	4096
#define PORCH_RING_DEADLINE_MAX	60000

/**
 * struct porch_ring_queue - for PORCH_RING_QUEUE, once for each open file, after
 *	the set-up
 * @flags: must be 0
 * @queue: number of the queue that is read, up to 65535: the one in rules that
 *	say "queue" or "divert"
 * @held: packets that may wait for an answer at a time, up to
 *	PORCH_RING_HELD_MAX; 0 if the application gives none
 * @deadline: how long each may wait, in ms, from 1 to PORCH_RING_DEADLINE_MAX; 0 if
 *	@held is
 *
 * What a rule diverts comes with an id of 0, and is the application's. What a rule
 * queues comes with an id, and waits for a struct porch_ring_answer. It does not
 * wait, or no longer, if there is no room in the ring or among those that wait, at
 * its deadline, and when the file is closed; then it is dropped or, as the rule
 * says, accepted.
 *
 * Errors: EPERM without CAP_NET_ADMIN when the file was opened, EBUSY the queue is
 * another ring's, EEXIST this one has a queue, ENXIO is not set up or, if @held is
 * not 0, without a ring in the other direction, ENODEV the namespace has gone,
 * EINVAL, ENOMEM; E2BIG as above.
 */
struct porch_ring_queue {
	__u32 flags;
	__u32 queue;
	__u32 held;
	__u32 deadline;
};

#define PORCH_RING_IOCTL	0xe9
#define PORCH_RING_SETUP	_IOWR(PORCH_RING_IOCTL, 1, struct porch_ring_setup)
#define PORCH_RING_TAP		_IOW(PORCH_RING_IOCTL, 2, struct porch_ring_tap)
#define PORCH_RING_KICK		_IOWR(PORCH_RING_IOCTL, 3, struct porch_ring_kick)
#define PORCH_RING_DIVERT	_IOW(PORCH_RING_IOCTL, 4, struct porch_ring_divert)
#define PORCH_RING_QUEUE	_IOW(PORCH_RING_IOCTL, 5, struct porch_ring_queue)

/**
 * struct porch_ring_head - at offset 0 of the mapping
 * @magic: (k) PORCH_RING_MAGIC
 * @version: (k) PORCH_RING_VERSION
 * @entry_size: (k) bytes from one struct porch_ring_entry to the next
 * @entries: (k) offset of the first
 * @n_entries: (k) how many
 * @map_size: (k) bytes of the whole mapping
 *
 * Never changes. Of entries with a type that it does not know, an application
 * lets its fingers off.
 */
struct porch_ring_head {
	__u32 magic;
	__u16 version;
	__u16 entry_size;
	__u32 entries;
	__u32 n_entries;
	__u64 map_size;
};

/**
 * enum porch_ring_type - what a ring is for
 * @PORCH_RING_RX: frames from the kernel to the application
 * @PORCH_RING_TX: frames and answers from the application to the kernel
 */
enum porch_ring_type {
	PORCH_RING_RX = 1,
	PORCH_RING_TX = 2,
};

/**
 * struct porch_ring_entry - where a ring lies
 * @type: (k) enum porch_ring_type
 * @cpu: (k) the CPU that it belongs to; 0 if to none
 * @ctl: (k) offset of its struct porch_ring_ctl from the start of the mapping
 * @data: (k) offset of its records from the start of the mapping
 * @size: (k) bytes of its records, a power of two
 *
 * Never changes.
 */
struct porch_ring_entry {
	__u32 type;
	__u32 cpu;
	__u64 ctl;
	__u64 data;
	__u64 size;
};

/**
 * struct porch_ring_ctl - how far both sides of a ring have come
 * @prod: (k) where the producer's next record will begin
 * @reserved: (k) 0
 * @frames: (k) records that were produced
 * @lost: (k) records for which there was no room
 * @producer: (k) fills the producer's cache line
 * @cons: (u) where the consumer's next record begins
 * @consumer: (u) fills the consumer's cache line
 *
 * The tags are those of PORCH_RING_RX, where the kernel produces. In
 * PORCH_RING_TX the application does: what is in the producer's line is (u), in
 * the consumer's (k). There @frames and @lost are unused.
 *
 * @prod and @cons count bytes and run freely: a record lies at offset
 * @cons % size of the data, and the ring is empty when both are equal. They
 * start anywhere. The consumer
 *
 *	loads @prod (acquire), reads the records from @cons up to there, stores
 *	@cons (release) to give their room back.
 *
 * Before it waits by poll() or epoll, edge-triggered or not, it stores @cons,
 * issues a full barrier, and looks at @prod once more.
 *
 * The producer has room for @size - (@prod - @cons) bytes, for which it loads
 * @cons (acquire); it writes records, and stores @prod (release) to hand them
 * over. A record is at most half of the ring.
 */
struct porch_ring_ctl {
	__u32 prod;
	__u32 reserved;
	__u64 frames;
	__u64 lost;
	__u8 producer[40];

	__u32 cons;
	__u8 consumer[60];
};

/**
 * enum porch_ring_record - what a record is
 * @PORCH_RING_PAD: nothing; it fills the ring up to its end, as no record lies
 *	across. Only its len and type are set.
 * @PORCH_RING_FRAME: a struct porch_ring_frame, and the frame
 * @PORCH_RING_ANSWER: a struct porch_ring_answer; in PORCH_RING_TX only
 */
enum porch_ring_record {
	PORCH_RING_PAD,
	PORCH_RING_FRAME,
	PORCH_RING_ANSWER,
};

/**
 * enum porch_ring_verdict - what becomes of a packet that was held
 * @PORCH_RING_ACCEPT: the rule that held it accepts it. It is judged once more, by
 *	the rules that are in force by then.
 * @PORCH_RING_DROP: it is dropped
 */
enum porch_ring_verdict {
	PORCH_RING_ACCEPT = 1,
	PORCH_RING_DROP,
};

/**
 * struct porch_ring_answer - a record that answers for a packet that is held
 * @len: (u) bytes from here to the next record: PORCH_RING_ALIGN at least
 * @type: (u) PORCH_RING_ANSWER
 * @verdict: (u) enum porch_ring_verdict
 * @id: (u) of the frame that showed the packet
 */
struct porch_ring_answer {
	__u32 len;
	__u16 type;
	__u16 verdict;
	__u64 id;
};

/* struct porch_ring_frame.flags */
#define PORCH_RING_F_OUT	_BITUL(0)	/* left by the port; else it came in */
#define PORCH_RING_F_VLAN	_BITUL(1)	/* vlan_tpid and vlan_tci are valid */
#define PORCH_RING_F_HASH	_BITUL(2)	/* hash is valid */
#define PORCH_RING_F_HASH_L4	_BITUL(3)	/* and includes the ports */
#define PORCH_RING_F_CSUM_PARTIAL _BITUL(4)	/* see csum_start */
#define PORCH_RING_F_CSUM_VALID	_BITUL(5)	/* somebody has verified it */
#define PORCH_RING_F_UNRESOLVED	_BITUL(6)	/* the neighbour is being asked: no destination */

/* struct porch_ring_frame.gso_type; the numbers of struct virtio_net_hdr */
#define PORCH_RING_GSO_NONE	0
#define PORCH_RING_GSO_TCPV4	1
#define PORCH_RING_GSO_UDP	3
#define PORCH_RING_GSO_TCPV6	4
#define PORCH_RING_GSO_UDP_L4	5
#define PORCH_RING_GSO_OTHER	255

/**
 * enum porch_ring_to - where a frame goes that an application sends
 * @PORCH_RING_TO_PATH: it comes in by the port, and is treated like all that do.
 *	IPv4 or IPv6 without a tag, for the port's link-layer address, for all or
 *	for some
 * @PORCH_RING_TO_WIRE: out by the port as it is, whatever it is
 * @PORCH_RING_TO_STACK: to the stock stack as it is, as if it had come in by the
 *	port; the stack does not forward it
 */
enum porch_ring_to {
	PORCH_RING_TO_PATH = 1,
	PORCH_RING_TO_WIRE,
	PORCH_RING_TO_STACK,
};

/**
 * struct porch_ring_frame - a record that holds a frame
 * @len: (k) bytes from here to the next record
 * @type: (k) PORCH_RING_FRAME
 * @data: (k) offset of the frame's first byte from here
 * @caplen: (k) bytes of the frame that are here
 * @wirelen: (k) bytes that it had
 * @time: (k) nanoseconds since 1970, CLOCK_REALTIME
 * @ifindex: (k) the port
 * @flags: (k) PORCH_RING_F_*
 * @hash: (k) of the flow, as the card or the stack computed it
 * @vlan_tpid: (k) protocol of a VLAN tag that is not in the data, host order
 * @vlan_tci: (k) the tag
 * @net: (k) offset of the network header from the frame's first byte
 * @link: (k) ARPHRD_* of the port; the frame begins with its header only if
 *	this is ARPHRD_ETHER
 * @csum_start: (k) with PORCH_RING_F_CSUM_PARTIAL: the checksum over all bytes
 *	from this offset is still to be computed
 * @csum_offset: (k) and is stored so many bytes behind @csum_start
 * @gso_size: (k) payload of each segment of a frame that is, or will be,
 *	several on the wire
 * @gso_type: (k) PORCH_RING_GSO_*
 * @to: (k) 0; (u) in PORCH_RING_TX, enum porch_ring_to
 * @lost: (k) frames of this ring that were lost between the last one and this
 * @id: (k) names a packet that waits for an answer; 0 if none does
 *
 * One cache line.
 *
 * In PORCH_RING_TX all is (u). What is read there is @len, @type, @data, @caplen,
 * @ifindex, @to; of @flags, PORCH_RING_F_VLAN and PORCH_RING_F_CSUM_PARTIAL with
 * the fields they are about; @gso_type and @gso_size (not PORCH_RING_GSO_OTHER).
 * So what was received whole can be sent as it is, once @to is set. @data is at
 * least the length of this structure, and the frame begins with its link-layer
 * header if the port has one.
 */
struct porch_ring_frame {
	__u32 len;
	__u16 type;
	__u16 data;
	__u32 caplen;
	__u32 wirelen;
	__u64 time;
	__u32 ifindex;
	__u32 flags;
	__u32 hash;
	__u16 vlan_tpid;
	__u16 vlan_tci;
	__u16 net;
	__u16 link;
	__u16 csum_start;
	__u16 csum_offset;
	__u16 gso_size;
	__u8 gso_type;
	__u8 to;
	__u32 lost;
	__u64 id;
};

#endif /* _LINUX_PORCH_RING_H */
