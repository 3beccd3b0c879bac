/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_SYSFS_H
#define KHTTPD_SYSFS_H

int khttpd_sysfs_module_init(void);
void khttpd_sysfs_module_exit(void);

#endif /* KHTTPD_SYSFS_H */
