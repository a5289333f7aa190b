#version 450
// SPDX-License-Identifier: MIT
//
// Softmax and sparse categorical cross-entropy of M samples, forward and backward:
//	gradient[i][j] = (softmax(logits[i])[j] - (j == label[i])) / m
// and result[slot] = { mean loss, number of samples whose first largest logit is the label }.
// One workgroup: a batch is small beside everything else.
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer Logits { float logits[]; };
layout(std430, binding = 1) readonly buffer Labels { uint labels[]; };
layout(std430, binding = 2) writeonly buffer Gradient { float gradient[]; };
layout(std430, binding = 3) writeonly buffer Result { vec2 result[]; };

layout(std140, binding = 8) uniform Constants {
	uint m, classes, label_offset, slot;
};

shared vec2 parts[256];

vec2 one_sample(uint i)
{
	uint row = i * classes, label = labels[label_offset + i], best = 0;
	float largest = logits[row], total = 0.0;

	for (uint j = 1; j < classes; j++) {
		if (logits[row + j] > largest) {
			largest = logits[row + j];
			best = j;
		}
	}
	for (uint j = 0; j < classes; j++)
		total += exp(logits[row + j] - largest);
	for (uint j = 0; j < classes; j++) {
		float p = exp(logits[row + j] - largest) / total;

		gradient[row + j] = (p - (j == label ? 1.0 : 0.0)) / float(m);
	}
	return vec2(log(total) - (logits[row + label] - largest), best == label ? 1.0 : 0.0);
}

void main()
{
	uint t = gl_LocalInvocationID.x;
	vec2 sum = vec2(0.0);

	for (uint i = t; i < m; i += 256)
		sum += one_sample(i);
	parts[t] = sum;
	barrier();
	for (uint half_count = 128; half_count > 0; half_count /= 2) {
		if (t < half_count)
			parts[t] += parts[t + half_count];
		barrier();
	}
	if (t == 0)
		result[slot] = vec2(parts[0].x / float(m), parts[0].y);
}
