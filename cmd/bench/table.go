package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// printTable prints medians with their spread, and each configuration's CPU as a
// multiple of the floor's with as many calls in flight, round by round.
func printTable(w io.Writer, results []result) {
	floor := map[int]*result{}
	for i := range results {
		if r := &results[i]; len(r.Name) > 4 && r.Name[:4] == modeEcho {
			floor[r.InFlight] = r
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tquestions/s\tCPU µs (min–max)\tPostgreSQL µs\tp50 ms\tp99 ms\t× floor's CPU (min–max)\t% of the floor\t")
	for i := range results {
		r := &results[i]
		of := floor[r.InFlight]
		if of == nil {
			of = floor[64]
		}
		var ratios []float64
		for k, f := range r.Rounds {
			ratios = append(ratios, f.CPU/of.Rounds[k].CPU)
		}
		col := func(get func(figure) float64) []float64 {
			var out []float64
			for _, f := range r.Rounds {
				out = append(out, get(f))
			}
			return out
		}
		c := col(func(f figure) float64 { return f.CPU })
		fmt.Fprintf(t, "%s\t%.0f\t%.1f (%.1f–%.1f)\t%.1f\t%.2f\t%.2f\t%.2f (%.2f–%.2f)\t%.0f %%\t\n", r.Name,
			median(col(func(f figure) float64 { return f.PerSecond })), median(c), slices.Min(c), slices.Max(c),
			median(col(func(f figure) float64 { return f.Postgres })), median(col(func(f figure) float64 { return f.P50 })),
			median(col(func(f figure) float64 { return f.P99 })), median(ratios), slices.Min(ratios), slices.Max(ratios), 100/median(ratios))
	}
	t.Flush()
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}
