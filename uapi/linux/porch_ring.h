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
 * @rings: (k) how many there are: one for each CPU that the machine may have
 * @map_size: (k) bytes to map
 *
 * The memory is charged to the caller's control group and, unless the caller has
 * CAP_IPC_LOCK, to the RLIMIT_MEMLOCK of the user who opened the file.
 *
 * Errors: EBUSY is set up already, EINVAL, ENOBUFS beyond RLIMIT_MEMLOCK,
 * ENOMEM. A later version may be longer: what this one does not know must be 0,
 * else E2BIG.
 */
struct porch_ring_setup {
	__u32 flags;
	__u32 size;
	__u32 snaplen;
	__u32 rings;
	__u64 map_size;
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

#define PORCH_RING_IOCTL	0xe9
#define PORCH_RING_SETUP	_IOWR(PORCH_RING_IOCTL, 1, struct porch_ring_setup)
#define PORCH_RING_TAP		_IOW(PORCH_RING_IOCTL, 2, struct porch_ring_tap)

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
 */
enum porch_ring_type {
	PORCH_RING_RX = 1,
};

/**
 * struct porch_ring_entry - where a ring lies
 * @type: (k) enum porch_ring_type
 * @cpu: (k) the CPU that it belongs to
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
 * The tags are those of PORCH_RING_RX, where the kernel produces.
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
 */
enum porch_ring_record {
	PORCH_RING_PAD,
	PORCH_RING_FRAME,
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
 * @reserved: (k) 0
 * @lost: (k) frames of this ring that were lost between the last one and this
 * @id: (k) 0; names a packet that waits for an answer
 *
 * One cache line.
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
	__u8 reserved;
	__u32 lost;
	__u64 id;
};

#endif /* _LINUX_PORCH_RING_H */
