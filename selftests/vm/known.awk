# SPDX-License-Identifier: GPL-2.0
#
# Leave out of a kernel's log what is known of the kernel itself and is none of
# Porch's: nf_tables walks its own RCU lists under its commit mutex and does not say so
# to lockdep. "WARNING: suspicious RCU usage" comes first, and where three lines later.

/WARNING: suspicious RCU usage/ { held = $0; lines = 1; next }
lines && /net\/netfilter\/nf(t|_tables)_[a-z_]*\.c:[0-9]+ RCU-list traversed in non-reader/ {
	held = ""; lines = 0; next
}
lines { held = held "\n" $0 }
lines && ++lines > 4 { print held; held = ""; lines = 0; next }
!lines
END { if (lines) print held }
