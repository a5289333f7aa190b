#version 450
// SPDX-License-Identifier: MIT
//
// C[m][n] = act(A[m][k] B[k][n] + bias[n]), row-major C, with A and B read through strides,
// so that one kernel serves the product and both transposed ones:
//	A(i, p) = a[a_offset + i * a_row + p * a_column],  B(p, j) = b[p * b_row + j * b_column]
// FLAGS: 1 adds the bias, 2 is relu, 4 multiplies by relu's derivative: C is kept where
// gate[m][n] > 0 and 0 elsewhere.
//
// A workgroup of 16 x 16 makes a tile of 32 x 32, each invocation 2 x 2 of it; both inputs
// pass through shared memory 32 columns at a time.  Sums run in the order of p, so the
// result does not depend on the number of workgroups.
layout(local_size_x = 16, local_size_y = 16) in;

layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) readonly buffer Bias { float bias[]; };
layout(std430, binding = 3) readonly buffer Gate { float gate[]; };
layout(std430, binding = 4) writeonly buffer C { float c[]; };

layout(std140, binding = 8) uniform Constants {
	uint m, n, k;
	uint a_offset, a_row, a_column;
	uint b_row, b_column;
	uint flags;
};

const uint TILE = 32;
shared float a_tile[TILE][TILE + 1]; // one more: no bank conflicts by column
shared float b_tile[TILE][TILE + 1];

float load_a(uint i, uint p)
{
	return i < m && p < k ? a[a_offset + i * a_row + p * a_column] : 0.0;
}

float load_b(uint p, uint j)
{
	return p < k && j < n ? b[p * b_row + j * b_column] : 0.0;
}

// Neighbouring invocations read neighbouring elements, whichever stride is 1.
void load_tiles(uint row, uint column, uint p)
{
	for (uint e = gl_LocalInvocationIndex; e < TILE * TILE; e += 256) {
		uint slow = e / TILE, fast = e % TILE;

		if (a_column == 1)
			a_tile[slow][fast] = load_a(row + slow, p + fast);
		else
			a_tile[fast][slow] = load_a(row + fast, p + slow);
		if (b_column == 1)
			b_tile[slow][fast] = load_b(p + slow, column + fast);
		else
			b_tile[fast][slow] = load_b(p + fast, column + slow);
	}
}

void store(uint i, uint j, float sum)
{
	if (i >= m || j >= n)
		return;
	if ((flags & 1) != 0)
		sum += bias[j];
	if ((flags & 2) != 0)
		sum = max(sum, 0.0);
	if ((flags & 4) != 0 && !(gate[i * n + j] > 0.0))
		sum = 0.0;
	c[i * n + j] = sum;
}

void main()
{
	uint row = gl_WorkGroupID.y * TILE, column = gl_WorkGroupID.x * TILE;
	uint y = gl_LocalInvocationID.y, x = gl_LocalInvocationID.x;
	float s00 = 0.0, s01 = 0.0, s10 = 0.0, s11 = 0.0;

	for (uint p = 0; p < k; p += TILE) {
		load_tiles(row, column, p);
		barrier();
		for (uint q = 0; q < TILE; q++) {
			float a0 = a_tile[y][q], a1 = a_tile[y + 16][q];
			float b0 = b_tile[q][x], b1 = b_tile[q][x + 16];

			s00 += a0 * b0;
			s01 += a0 * b1;
			s10 += a1 * b0;
			s11 += a1 * b1;
		}
		barrier();
	}
	store(row + y, column + x, s00);
	store(row + y, column + x + 16, s01);
	store(row + y + 16, column + x, s10);
	store(row + y + 16, column + x + 16, s11);
}
