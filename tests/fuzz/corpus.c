/*
 * Runs a fuzz target over its corpus, tests/fuzz/corpus/NAME, where the program is corpus_NAME: what once
 * made trouble is tried by every `make check`. Called from the top of the tree.
 */
#include "lib/buf.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void file_try(const char *dir, const char *name)
{
	char path[4096], chunk[4096];
	auto_buf struct buf bytes = {0};
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *file = fopen(path, "rb");
	must(file);
	for (size_t len; (len = fread(chunk, 1, sizeof chunk, file)) > 0;)
		buf_add(&bytes, chunk, len);
	fclose(file);
	LLVMFuzzerTestOneInput((const uint8_t *)bytes.data, bytes.len);
	printf("[       OK ] %s\n", path);
}

int main(int argc, char **argv)
{
	(void)argc;
	const char *name = strstr(argv[0], "corpus_");
	char dir[256];
	must(name);
	snprintf(dir, sizeof dir, "tests/fuzz/corpus/%s", name + strlen("corpus_"));
	DIR *entries = opendir(dir);
	if (!entries) {
		fprintf(stderr, "%s: no corpus here\n", dir);
		return 1;
	}
	for (struct dirent *entry; (entry = readdir(entries));) {
		if (entry->d_name[0] != '.')
			file_try(dir, entry->d_name);
	}
	closedir(entries);
	return 0;
}
