#include "store/lmdb/lmdb_own.h"

const struct store_backend store_folder = {
	.batch_events = 4096,
	.batch_bytes = 1 << 20,
	.open = folder_open,
	.heads = folder_heads,
	.commit = folder_commit,
	.idle = folder_idle,
	.read = folder_read,
	.row = folder_row,
	.verify = folder_verify,
	.close = folder_close,
	.accept_loss = folder_accept_loss,
	.size = folder_size,
};
