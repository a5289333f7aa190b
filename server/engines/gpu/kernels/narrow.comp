#version 450
// SPDX-License-Identifier: MIT
//
// C[m][n] = A[m][k] B[k][n] + bias[n] for few columns and a long k (a classifier's last
// layer): a workgroup for each element of C, whose invocations share the sum over k and
// add up their parts as a tree, always in the same order.
layout(local_size_x = 128) in;

layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) readonly buffer Bias { float bias[]; };
layout(std430, binding = 3) writeonly buffer C { float c[]; };

layout(std140, binding = 8) uniform Constants {
	uint n, k;
};

shared float parts[128];

void main()
{
	uint i = gl_WorkGroupID.y, j = gl_WorkGroupID.x, t = gl_LocalInvocationID.x;
	float sum = 0.0;

	for (uint p = t; p < k; p += 128)
		sum += a[i * k + p] * b[p * n + j];
	parts[t] = sum;
	barrier();
	for (uint half_count = 64; half_count > 0; half_count /= 2) {
		if (t < half_count)
			parts[t] += parts[t + half_count];
		barrier();
	}
	if (t == 0)
		c[i * n + j] = parts[0] + bias[j];
}
