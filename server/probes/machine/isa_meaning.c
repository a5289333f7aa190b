/* SPDX-License-Identifier: MIT */
/* What an instruction-set feature means for machine learning: a sentence each. */
#include <string.h>

#include "machine.h"

#include "trilane/banned.h"

static const struct {
	const char *name;
	const char *meaning;
} meanings[] = {
	{"amx", "Apple's undocumented matrix unit, reached through Accelerate only"},
	{"amx_bf16", "tiles that multiply bfloat16 matrices"},
	{"amx_int8", "tiles that multiply 8-bit integer matrices"},
	{"amx_tile", "tile registers for matrix products"},
	{"avx", "vectors of 8 floats; TensorFlow's x86-64 packages need it to start"},
	{"avx2", "integer vectors of 256 bits"},
	{"avx512_bf16", "bfloat16 dot products"},
	{"avx512_fp16", "arithmetic on half-precision floats"},
	{"avx512_vnni", "8-bit integer dot products for quantised inference"},
	{"avx512f", "vectors of 16 floats"},
	{"avx_vnni", "8-bit integer dot products in 256-bit vectors"},
	{"bf16", "bfloat16 dot and matrix products: training in mixed precision"},
	{"dotprod", "8-bit integer dot products for quantised inference"},
	{"f16c", "conversion between half and single precision"},
	{"fcma", "complex multiplication in vectors"},
	{"fhm", "half-precision products summed in single precision"},
	{"fma", "multiply and add in one instruction: twice the floating-point rate"},
	{"fp16", "arithmetic on half-precision floats"},
	{"i8mm", "8-bit integer matrix products for quantised inference"},
	{"lse", "atomic operations in one instruction: cheaper locks between threads"},
	{"neon", "vectors of 4 floats: the base of every Arm build"},
	{"sme", "a matrix unit: outer products of whole vectors"},
	{"sme2", "the matrix unit with multi-vector instructions"},
	{"sve", "vectors whose length the processor chooses"},
	{"sve2", "the full instruction set on such vectors"},
};

void machine_explain_isa(json_t *report)
{
	const json_t *isa = fact_get(report, "machine.isa");
	json_t *object;

	if (!json_is_array(isa))
		return;
	object = json_object();
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (json_has_text(isa, meanings[i].name))
			json_object_set_new(object, meanings[i].name,
			                    json_string(meanings[i].meaning));
	fact_set(report, "machine.isa_meaning", object);
}
