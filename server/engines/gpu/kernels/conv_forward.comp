#version 450
// SPDX-License-Identifier: MIT
//
// Convolution 3x3 (valid), bias, relu and max pool 2x2 in one: x[m][height][width] and
// kernel[3][3][1][filters] give pooled[m][ph][pw][filters], ph = (height - 2) / 2.
// WINNER keeps which of the four positions won (rows, then columns; the first of equals),
// or 4 where relu let nothing through: all that the gradient needs.
layout(local_size_x = 64) in;

layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer Kernel { float kernel_weights[]; };
layout(std430, binding = 2) readonly buffer Bias { float bias[]; };
layout(std430, binding = 3) writeonly buffer Pooled { float pooled[]; };
layout(std430, binding = 4) writeonly buffer Winner { uint winner[]; };

layout(std140, binding = 8) uniform Constants {
	uint total, x_offset, height, width, filters;
};

void main()
{
	uint i = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 64 +
		 gl_LocalInvocationID.x;
	uint pw = (width - 2) / 2, ph = (height - 2) / 2;

	if (i >= total)
		return;
	uint f = i % filters, window = i / filters;
	uint column = window % pw * 2, row = window / pw % ph * 2, sample_index = window / (pw * ph);
	uint at = x_offset + (sample_index * height + row) * width + column;
	float best = 0.0;
	uint won = 4;

	for (uint p = 0; p < 4; p++) {
		uint from = at + p / 2 * width + p % 2;
		float sum = 0.0;

		for (uint t = 0; t < 9; t++)
			sum += x[from + t / 3 * width + t % 3] * kernel_weights[t * filters + f];
		sum += bias[f];
		if (sum > best) {
			best = sum;
			won = p;
		}
	}
	pooled[i] = best;
	winner[i] = won;
}
