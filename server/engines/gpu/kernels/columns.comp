#version 450
// SPDX-License-Identifier: MIT
//
// sum[j] = the sum of column j of A[m][n]: a bias' gradient, or partial results added up.
layout(local_size_x = 64) in;

layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) writeonly buffer Sum { float total[]; };

layout(std140, binding = 8) uniform Constants {
	uint m, n;
};

void main()
{
	uint j = gl_GlobalInvocationID.x;
	float sum = 0.0;

	if (j >= n)
		return;
	for (uint i = 0; i < m; i++)
		sum += a[i * n + j];
	total[j] = sum;
}
