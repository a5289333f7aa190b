#version 450
// SPDX-License-Identifier: MIT
//
// Adam as Keras writes it (trilane/engine.h), one invocation an element.  RATE is
// lr * sqrt(1 - b2^t) / (1 - b1^t), which the host computes in double precision.  The
// gradient stands at G_OFFSET of its buffer.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer Gradient { float gradient[]; };
layout(std430, binding = 1) buffer Weights { float weights[]; };
layout(std430, binding = 2) buffer First { float first[]; };
layout(std430, binding = 3) buffer Second { float second[]; };

layout(std140, binding = 8) uniform Constants {
	uint n, g_offset;
	float rate;
};

void main()
{
	// Rows of 65535 workgroups at most: the least that every device allows.
	uint i = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 256 +
		 gl_LocalInvocationID.x;

	if (i >= n)
		return;
	float g = gradient[g_offset + i];
	float m = first[i] + (g - first[i]) * (1.0 - 0.9);
	float v = second[i] + (g * g - second[i]) * (1.0 - 0.999);

	first[i] = m;
	second[i] = v;
	weights[i] -= m * rate / (sqrt(v) + 1e-7);
}
