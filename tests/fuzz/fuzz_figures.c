/*
 * Any text as kpi.yaml, from an operator's file or out of case's log. What is refused says where; what is taken
 * counts.
 */
#include "kpi/yaml/kpi_yaml.h"
#include "lib/clean.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint8_t secret[16];
	static const struct kpi_settings settings = {.phone_answer_seconds = 30};
	auto_buf struct buf text = {0}, errors = {0};
	struct kpis *kpis = NULL;
	struct facts *facts = facts_new(secret);
	buf_add(&text, bytes, len);
	buf_text(&text, "");
	int err = kpis_load(&kpis, facts, text.data, "f", &settings, &errors);
	must(err ? errors.len && !kpis : kpis && !errors.len);
	if (kpis)
		kpis_count_all(kpis);
	kpis_free(kpis);
	facts_free(facts);
	return 0;
}
