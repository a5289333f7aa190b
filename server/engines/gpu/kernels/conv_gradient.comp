#version 450
// SPDX-License-Identifier: MIT
//
// Gradient of the kernel and the bias from that of the pool's output: only winners count.
//	partial[split][tap][f] = sum over this split's windows of
//		d_pooled[window][f] * x at the winner's position, moved by the tap;
// tap 9 is the bias (x is 1 there).  Splits are added up by columns.comp.  A workgroup is
// 32 filters x 8 windows at a time, whose parts are added in a fixed order.
layout(local_size_x = 32, local_size_y = 8) in;

layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer DPooled { float d_pooled[]; };
layout(std430, binding = 2) readonly buffer Winner { uint winner[]; };
layout(std430, binding = 3) writeonly buffer Partial { float partial[]; };

layout(std140, binding = 8) uniform Constants {
	uint windows, x_offset, height, width, filters, splits;
};

shared float parts[8][32];

float one_window(uint window, uint f, uint tap)
{
	uint pw = (width - 2) / 2, ph = (height - 2) / 2;
	uint won = winner[window * filters + f];

	if (won == 4)
		return 0.0;
	float d = d_pooled[window * filters + f];
	if (tap == 9)
		return d;
	uint row = window / pw % ph * 2 + won / 2 + tap / 3;
	uint column = window % pw * 2 + won % 2 + tap % 3;

	return d * x[x_offset + (window / (pw * ph) * height + row) * width + column];
}

void main()
{
	uint tap = gl_WorkGroupID.x, split = gl_WorkGroupID.y;
	uint f = gl_WorkGroupID.z * 32 + gl_LocalInvocationID.x, y = gl_LocalInvocationID.y;
	uint each = (windows + splits - 1) / splits;
	uint end = min(windows, (split + 1) * each);
	float sum = 0.0;

	if (f < filters)
		for (uint window = split * each + y; window < end; window += 8)
			sum += one_window(window, f, tap);
	parts[y][gl_LocalInvocationID.x] = sum;
	barrier();
	if (y == 0 && f < filters) {
		for (uint other = 1; other < 8; other++)
			sum += parts[other][gl_LocalInvocationID.x];
		partial[(split * 10 + tap) * filters + f] = sum;
	}
}
