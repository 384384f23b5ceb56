/* SPDX-License-Identifier: GPL-2.0 */
/* Made by the linker: --wrap puts __wrap_F in the place of F, and calls F __real_F. */
#ifndef UNIT_WRAP_H
#define UNIT_WRAP_H

#include <libmnl/libmnl.h>

ssize_t __real_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len);
ssize_t __real_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t len);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t len);

#endif /* UNIT_WRAP_H */
