/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the supported kernels, and nothing else.
 *
 * Kbuild probes the headers and includes this file before any other.  The
 * wrappers carry the project's prefix, never a kernel's own name: a stable
 * update may add that one day.
 */
#ifndef KHTTPD_COMPAT_H
#define KHTTPD_COMPAT_H

#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/shrinker.h>
#include <linux/timer.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "khttpd needs Linux 5.10 or newer"
#endif
#ifndef CONFIG_64BIT
#error "khttpd counts in words of 64 bits and needs a 64-bit kernel"
#endif

/* The address argument of kernel_bind(). */
#ifdef KHTTPD_HAVE_SOCKADDR_UNSIZED
typedef struct sockaddr_unsized khttpd_sockaddr;
#else
typedef struct sockaddr khttpd_sockaddr;
#endif

#ifdef KHTTPD_HAVE_TRACE_SK_DATA_READY
#include <trace/events/sock.h>
#define khttpd_trace_sk_data_ready(sk)	trace_sk_data_ready(sk)
#else
#define khttpd_trace_sk_data_ready(sk)	((void)(sk))
#endif

/* Exported since long, but declared only in fs/internal.h up to 6.1. */
#ifndef KHTTPD_HAVE_VFS_PATH_LOOKUP
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt,
		    const char *name, unsigned int flags, struct path *path);
#endif

/*
 * Ask the security modules whether a file may be read there.  Splicing asks
 * itself up to 6.7, and leaves it to its callers since.  Process context.
 */
static inline int khttpd_verify_read(struct file *file, loff_t pos, size_t len)
{
#ifdef KHTTPD_HAVE_RW_VERIFY_AREA
	return rw_verify_area(READ, file, &pos, len);
#else
	return 0;
#endif
}

/* What a callback of iterate_dir() returns; up to 6.0 an errno or 0. */
#ifdef KHTTPD_HAVE_FILLDIR_BOOL
typedef bool khttpd_filldir;
#define KHTTPD_FILLDIR_MORE	true
#define KHTTPD_FILLDIR_STOP	false
#else
typedef int khttpd_filldir;
#define KHTTPD_FILLDIR_MORE	0
#define KHTTPD_FILLDIR_STOP	(-ENOSPC)
#endif

#ifdef KHTTPD_HAVE_TIMER_DELETE_SYNC
#define khttpd_timer_delete_sync(timer)	timer_delete_sync(timer)
#else
#define khttpd_timer_delete_sync(timer)	del_timer_sync(timer)
#endif

static inline struct timespec64 khttpd_inode_mtime(const struct inode *inode)
{
#ifdef KHTTPD_HAVE_INODE_GET_MTIME
	return inode_get_mtime(inode);
#else
	return inode->i_mtime;
#endif
}

/*
 * A shrinker is a part of its owner up to 6.6, and allocated since.
 */
struct khttpd_shrinker {
#ifdef KHTTPD_HAVE_SHRINKER_ALLOC
	struct shrinker	*shrinker;
#else
	struct shrinker	shrinker;
	void		*owner;
#endif
};

typedef unsigned long khttpd_shrink(struct shrinker *shrinker,
				    struct shrink_control *control);

/* Who gave itself as the owner.  Any context. */
static inline void *khttpd_shrinker_owner(struct shrinker *shrinker)
{
#ifdef KHTTPD_HAVE_SHRINKER_ALLOC
	return shrinker->private_data;
#else
	return container_of(shrinker, struct khttpd_shrinker, shrinker)->owner;
#endif
}

/* Process context.  Return: 0 or a negative errno. */
static inline int khttpd_shrinker_register(struct khttpd_shrinker *self, khttpd_shrink *count,
					   khttpd_shrink *scan, void *owner,
					   const char *name)
{
#ifdef KHTTPD_HAVE_SHRINKER_ALLOC
	self->shrinker = shrinker_alloc(0, "%s", name);
	if (!self->shrinker)
		return -ENOMEM;
	self->shrinker->count_objects = count;
	self->shrinker->scan_objects = scan;
	self->shrinker->private_data = owner;
	shrinker_register(self->shrinker);
	return 0;
#else
	self->shrinker.count_objects = count;
	self->shrinker.scan_objects = scan;
	self->shrinker.seeks = DEFAULT_SEEKS;
	self->owner = owner;
#ifdef KHTTPD_HAVE_SHRINKER_NAME
	return register_shrinker(&self->shrinker, "%s", name);
#else
	return register_shrinker(&self->shrinker);
#endif
#endif
}

/* Process context. */
static inline void khttpd_shrinker_unregister(struct khttpd_shrinker *self)
{
#ifdef KHTTPD_HAVE_SHRINKER_ALLOC
	shrinker_free(self->shrinker);
#else
	unregister_shrinker(&self->shrinker);
#endif
}

/* A bound workqueue; from 7.2 on one of the two kinds has to be named. */
#ifdef KHTTPD_HAVE_WQ_PERCPU
#define KHTTPD_WQ_PERCPU	WQ_PERCPU
#else
#define KHTTPD_WQ_PERCPU	0
#endif

/*
 * Send up to @nr fragments of pages without copying them and without waiting.
 * The pages keep the caller's references.  The caller holds the socket's lock, and
 * is in any context that sk->sk_allocation suits.
 *
 * Return: bytes taken by TCP, which may be fewer than there are, or a negative
 * errno.
 */
#ifdef KHTTPD_HAVE_SENDPAGE
static inline ssize_t khttpd_send_pages(struct sock *sk, struct bio_vec *bv,
					unsigned int nr, size_t len, bool more)
{
	ssize_t sent = 0;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct page *page = bv[i].bv_page;
		int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
		int ret;

		if (i + 1 < nr)
			flags |= MSG_MORE | MSG_SENDPAGE_NOTLAST;
		else if (more)
			flags |= MSG_MORE;
		ret = tcp_sendpage_locked(sk, page, bv[i].bv_offset, bv[i].bv_len, flags);
		if (ret <= 0)
			return sent ?: ret;
		sent += ret;
		if (ret < bv[i].bv_len)
			break;
	}
	return sent;
}
#else
/* 6.1 defines MSG_SPLICE_PAGES, too, but its TCP ignores it. */
static inline ssize_t khttpd_send_pages(struct sock *sk, struct bio_vec *bv,
					unsigned int nr, size_t len, bool more)
{
	struct msghdr msg = {
		.msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_SPLICE_PAGES |
			     (more ? MSG_MORE : 0),
	};

	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, bv, nr, len);
	return tcp_sendmsg_locked(sk, &msg, len);
}
#endif

/*
 * Let a socket of the kernel's hold its network namespace, as one of a process
 * does.  Without that tcp_close() stops the retransmission timer, and the tail
 * of a response that is still queued would be lost.  Process context, the
 * socket not locked.
 *
 * Return: false if the namespace is going away.
 */
static inline bool khttpd_sk_hold_net(struct sock *sk)
{
	struct net *net = sock_net(sk);

	if (sk->sk_net_refcnt)
		return true;
	if (!maybe_get_net(net))
		return false;
#ifdef KHTTPD_HAVE_NET_REFCNT_UPGRADE
	sk_net_refcnt_upgrade(sk);
	put_net(net);
#else
	sk->sk_net_refcnt = 1;
#ifdef KHTTPD_HAVE_NETNS_TRACKER
	netns_tracker_alloc(net, &sk->ns_tracker, GFP_KERNEL);
#endif
#ifdef KHTTPD_HAVE_SOCK_INUSE_ADD
	sock_inuse_add(net, 1);
#elif defined(CONFIG_PROC_FS)
	this_cpu_add(*net->core.sock_inuse, 1);
#endif
#endif
	return true;
}

#endif /* KHTTPD_COMPAT_H */
