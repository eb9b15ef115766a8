package outage

import "math"

// tail is the natural logarithm of the probability that a negative binomial variable with this mean and shape is at
// least n. The negative binomial is a Poisson count whose rate is itself uncertain (gamma distributed with this shape);
// with a Poisson tail, a topic seen once in four weeks would be an alarm each time it comes twice.
func tail(n int, mean, shape float64) float64 {
	if n <= 0 {
		return 0
	}
	if mean <= 0 {
		return math.Inf(-1)
	}
	q := mean / (mean + shape)
	first := logChoose(float64(n), shape) + shape*math.Log1p(-q) + float64(n)*math.Log(q)
	if float64(n) <= mean {
		return 0 // no surprise: how exactly does not matter
	}
	// The terms fall at least as fast as a geometric row from here on, since n is above the mean.
	sum, term := 1.0, 1.0
	for k := float64(n); k < float64(n)+10_000; k++ {
		term *= (k + shape) / (k + 1) * q
		sum += term
		if term < sum*1e-6 {
			break
		}
	}
	return min(0, first+math.Log(sum))
}

// logChoose is log Γ(n+k) − log Γ(k) − log n!.
func logChoose(n, k float64) float64 {
	a, _ := math.Lgamma(n + k)
	b, _ := math.Lgamma(k)
	c, _ := math.Lgamma(n + 1)
	return a - b - c
}
